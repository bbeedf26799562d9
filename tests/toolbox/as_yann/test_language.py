"""Scripts of Python 2 do what they did, and show their own lines."""

import ast
import pickle
import warnings

import numpy as np

from tests.small import message
from tests.toolbox.as_yann.helpers import folder_with, printed, run, run_text
from yann_weightnorm.toolbox.as_yann.converting import python3_tree
from yann_weightnorm.toolbox.as_yann.language import is_python2

# Each fixer that adds or removes a line stands above the line that is asked for.
MOVED = '''\
import sys
class Meta(object):
    __metaclass__ = type
    def method(self, (a, b), c):
        return a + b + c
print reduce(lambda a, b: a + b, [1, 2, 3])
from urllib import quote, urlencode
text = """one
two"""
print "here"
'''


def lines_of(text):
    """Return, for each name in the converted `text`, its first line."""
    lines = {}
    for node in ast.walk(python3_tree(text, "script.py")):
        if isinstance(node, ast.Name):
            lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
    return lines


def test_statements_of_python_2():
    assert printed("""
        import cPickle, StringIO, sys
        print "a", "b",
        print "c"
        print >>sys.stdout, "d"
        for i in xrange(2):
        \tprint i,
        print
        pairs = {"k": 1}
        for key, value in pairs.iteritems():
            print key, value
        print pairs.has_key("k"), pairs.keys() + [2], map(str, range(2)), zip([1], [2])
        try:
            raise ValueError, "bad"
        except ValueError, error:
            print error
        print `3`, 0777, 10L, 1 <> 2, u"text"
        exec "five = 5"
        print five, cPickle.loads(cPickle.dumps([1])), StringIO.StringIO("x").read()
        """) == ["a b c", "d", "0 1 ", "k 1", "True ['k', 2] ['0', '1'] [(1, 2)]", "bad",
                 "3 511 10 True text", "5 [1] x"]


def test_every_line_is_the_old_one_though_fixers_add_and_remove_lines():
    lines = lines_of(MOVED)
    assert [lines[n] for n in ("object", "a", "c", "reduce", "text")] == [2, 4, 5, 6, 8]
    tree = python3_tree(MOVED, "script.py")
    assert tree.body[-1].lineno == 10 and tree.body[-2].end_lineno == 9
    assert all(n.lineno <= n.end_lineno for n in ast.walk(tree) if hasattr(n, "lineno"))


def test_a_traceback_shows_the_lines_of_the_file():
    outcome = run_text(MOVED + "def f(n):\n\tprint n / 0\nf(1)\n")
    assert outcome.code == 1
    assert outcome.err.splitlines() == [
        "Traceback (most recent call last):",
        '  File "script.py", line 13, in <module>', "    f(1)",
        '  File "script.py", line 12, in f', "    print n / 0",
        "ZeroDivisionError: integer division or modulo by zero"], outcome.err


def test_a_warning_shows_the_line_of_the_file():
    outcome = run_text(MOVED + "import warnings\nwarnings.simplefilter('always')\n"
                               "warnings.warn('mind'); print ''\n")
    assert "script.py:13: UserWarning: mind" in outcome.err
    assert "warnings.warn('mind'); print ''" in outcome.err


def test_a_breakpoint_shows_the_lines_of_the_file():
    outcome = run_text("import linecache, sys\nprint 'here'\n"
                       "frame = sys._getframe()\n"
                       "print repr(linecache.getline(frame.f_code.co_filename, 2))\n"
                       "print frame.f_lineno\n")
    assert outcome.out == "here\n\"print 'here'\\n\"\n5\n", outcome


def test_tabs_stop_at_every_eighth_column_as_in_python_2():
    assert printed("if 1:\n        print 'spaces'\n\tprint 'tab'\n"
                   "text = '''\n\tkept'''\nprint repr(text)\n") == [
        "spaces", "tab", r"'\n\tkept'"]


# -- division ---------------------------------------------------------------------------------

def test_division_of_whole_numbers_rounds_down():
    assert printed("""
        import numpy
        whole, half = numpy.array([7, -7]), numpy.array([7., -7.])
        print 7/2, -7/2, 7/-2, 7./2, 7/2., True/2, numpy.int32(7)/2
        print (whole/2).tolist(), (half/2).tolist(), (whole/2.).tolist(), 7/4 + 1/2
        """) == ["3 -4 -4 3.5 3.5 0 3", "[3, -4] [3.5, -3.5] [3.5, -3.5] 1"]


def test_division_in_place_reads_and_writes_its_target_once():
    assert printed("""
        import numpy
        asked = []
        def place():
            asked.append(1)
            return 0
        class Holder: pass
        holder, numbers = Holder(), [7, 7.]
        holder.n = 9
        numbers[place()] /= 2
        numbers[1] /= 2
        holder.n /= 2
        array = numpy.array([7, 9])
        same = array
        array /= 2
        print numbers, len(asked), holder.n, array.tolist(), same is array
        """) == ["[3, 3.5] 1 4 [3, 4] True"]


def test_a_class_and_theano_divide_as_they_did():
    assert printed("""
        import numpy, theano
        import theano.tensor as T
        class Path:
            def __div__(self, other): return 'over ' + str(other)
            def __rdiv__(self, other): return 'under ' + str(other)
            def __idiv__(self, other): return 'in place ' + str(other)
        path = Path()
        print path/2, 2/path
        path /= 3
        x, n = T.dscalar(), T.iscalar()
        shared = theano.shared(numpy.array([7, -7]))
        print path, (x/2).eval({x: 7.}), (n/2).eval({n: 7}), (shared/2).eval().tolist()
        x /= 2
        print x.owner.op
        """) == ["over 2 under 2", "in place 3 3.5 3 [3, -4]", "Elemwise{true_div,no_inplace}"]


def test_division_from_the_future_is_true():
    assert printed("from __future__ import division\nprint 7/2, 7//2\n") == ["3.5 3"]


def test_python_3_divides_as_python_3():
    assert printed("print(7/2)\n") == ["3.5"]


# -- the library ------------------------------------------------------------------------------

def test_pickles_of_python_2_are_read_with_their_bytes():
    # Protocol 2 of Python 2: the bytes of an array are text, here with one that ASCII has not.
    text = b"\x80\x02U\x02\xe9a."
    with folder_with(script="""
            import cPickle as pkl
            print [ord(c) for c in pkl.load(open('data.pkl', 'rb'))]
            """) as folder:
        (folder / "data.pkl").write_bytes(text)
        assert run("script.py").out == "[233, 97]\n"
    assert pickle.loads(text, encoding="latin1") == "\xe9a"


def test_the_clock_is_there():
    assert printed("import time\nfrom time import clock\nprint time.clock() >= 0, clock() >= 0\n"
                   ) == ["True True"]


def test_a_function_that_a_tutorial_misnames_is_called_q61():
    text = "def shallow_autoencoder(n):\n    print 'shallow', n\nautoencoder(1)\n"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert printed(text) == ["shallow 1"]
    (told,) = [w for w in caught if "shallow_autoencoder" in str(w.message)]
    assert (told.filename, told.lineno) == ("script.py", 3)
    assert "NameError" in run_text("print 1\nautoencoder(1)\n").err
    assert printed("def shallow_autoencoder(): pass\ndef autoencoder(): print 'own'\n"
                   "autoencoder()\n") == ["own"]


# -- which Python -----------------------------------------------------------------------------

def test_python_2_is_told_from_python_3():
    old = ["xrange(3)", "d.iteritems()", "import cPickle", "from urllib2 import urlopen",
           "reduce(f, [])", "unicode(x)", "print", "print >>f, x", "print (a/b).c", "print (a), b",
           "print (a) + b"]
    both = ["print(1)", "print (1, 2)", "x = print", "p(print)", "x / 2",
            "xrange = range\nxrange(3)",
            "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle",
            "try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)",
            "from functools import reduce\nreduce(f, [])",
            "def f(unicode):\n    return unicode",
            "df.iteritems()\nprint(f'{x}')", "x: int = 3\nxrange(3)"]
    assert [text for text in old if not is_python2(ast.parse(text))] == []
    assert [text for text in both if is_python2(ast.parse(text))] == []


def test_the_user_may_say_which_python_it_is():
    with folder_with(script="import helper\nprint(7/2)\n", helper="print(9/2)\n"):
        assert run("script.py").out == "4.5\n3.5\n"
        assert run("--python", 2, "script.py").out == "4\n3\n"
        assert "SyntaxError" in run("--python", 3, write_old()).err


def write_old():
    with open("old.py", "w", encoding="utf-8") as file:
        file.write("print 1\n")
    return "old.py"


def test_a_syntax_error_points_to_its_line():
    for text, line, shown in [
            ("print 'a'\nx = 1\ndef f(:\n    pass\n", 3, "def f(:"),
            ("print 'a'\nx = [1,\ny = 2\n", 2, "x = [1,"),
            ("print('a')\nx = 'open\n", 2, "x = 'open"),
            ("print 'a'\nif 1:\n        x = 1\n    y = 2\n", 4, "y = 2"),
            ("print 'a'\nx = '''open\n", 2, "x = '''open"),
            ("x = 1\nprint 'a'\nx = 2 +\n", 3, "x = 2 +"),
            ("print 'a'\nreturn 3\n", 2, "return 3")]:
        outcome = run_text(text)
        assert outcome.code == 1 and outcome.out == "", text
        said = outcome.err.splitlines()
        assert f'File "script.py", line {line}' in said[0], (text, outcome.err)
        assert said[1].strip() == shown and "Error: " in said[-1], (text, outcome.err)


def test_the_words_of_an_error_name_the_file_and_the_line():
    words = message(SyntaxError, python3_tree, "print 'a'\nf(\n", "some.py")
    assert "never closed" in words and "some.py, line 2" in words


def test_text_of_any_encoding_is_read():
    with folder_with() as folder:
        (folder / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nprint len(u'\xe9')\n")
        (folder / "windows.py").write_bytes(b"\xef\xbb\xbfprint 'one',\r\nprint 7/2\r\n")
        assert run("latin.py").out == "1\n"
        assert run("windows.py").out == "one 3\n"


def test_arrays_of_whole_numbers_divide_like_numbers():
    rng = np.random.RandomState(0)
    a, b = rng.randint(-9, 9, 20), rng.randint(1, 9, 20)
    text = f"import numpy\na, b = numpy.array({a.tolist()}), numpy.array({b.tolist()})\n"
    assert printed(text + "print (a/b).tolist()\n") == [str((a // b).tolist())]
