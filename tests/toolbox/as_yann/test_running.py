"""A script runs as with ``python SCRIPT``: names, arguments, imports, exit codes."""

import hashlib
import os
import signal
import subprocess
import sys

from tests.toolbox.as_yann.helpers import folder_with, printed, run, run_text, write


def test_name_file_arguments_and_path():
    with folder_with(script="""
            import sys
            print(__name__, __file__, sys.argv, sys.path[0], sys.modules['__main__'].__file__)
            if __name__ == '__main__':
                print('main')
            """) as folder:
        before = sys.argv, list(sys.path), sys.modules["__main__"]
        outcome = run("script.py", "--python", "3", "-x", "--", "a b")
        assert outcome.out.splitlines() == [
            f"__main__ script.py {['script.py', '--python', '3', '-x', '--', 'a b']} "
            f"{os.path.realpath(folder)} script.py", "main"], outcome
        assert before == (sys.argv, sys.path, sys.modules["__main__"])


def test_exit_codes():
    for text, code, err in [("import sys; sys.exit()", 0, ""), ("import sys; sys.exit(3)", 3, ""),
                            ("raise SystemExit('why')", 1, "why\n"), ("exit(True)", 1, ""),
                            ("x = 1", 0, ""), ("print 1", 0, "")]:
        outcome = run_text(text + "\n")
        assert (outcome.code, outcome.err) == (code, err), (text, outcome)
    failed = run_text("def f():\n    raise KeyError('k')\nf()\n")
    assert failed.code == 1 and failed.err.splitlines()[-1] == "KeyError: 'k'"
    assert "yann_weightnorm" not in failed.err, failed.err


def test_what_cannot_be_run_is_told_in_a_line():
    with folder_with() as folder:
        (folder / "sub").mkdir()
        (folder / "nul.py").write_bytes(b"a\0b")
        (folder / "junk.py").write_bytes(bytes(range(128, 256)))
        for word, said in [("missing.py", "No such file"), ("sub", "is a folder"),
                           ("nul.py", "binary data"), ("junk.py", "cannot be decoded")]:
            outcome = run(word)
            assert outcome.code == 2 and outcome.out == "", outcome
            assert said in outcome.err and word in outcome.err, outcome
            assert len(outcome.err.splitlines()) == 1, outcome


def test_an_interruption_in_the_script():
    outcome = run_text("def f():\n    raise KeyboardInterrupt\nf()\n")
    assert outcome.code == 130
    assert outcome.err.splitlines()[-1].startswith("KeyboardInterrupt"), outcome.err


def test_interrupted_from_outside():
    with folder_with(script="import os, signal, time\n"
                            "print 'begun'\n"
                            "os.kill(os.getpid(), signal.SIGINT)\n"
                            "time.sleep(60)\n"):
        # What a shell starts in the background ignores the signal, and so would its children.
        done = subprocess.run([sys.executable, "-m", "yann_weightnorm", "run", "script.py"],
                              capture_output=True, text=True, timeout=300,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert done.returncode == 128 + signal.SIGINT and done.stdout == "begun\n", done
    assert "script.py" in done.stderr and done.stderr.rstrip().endswith("KeyboardInterrupt"), done


def test_a_recursion_without_end_is_told_as_any_error():
    outcome = run_text("def f(n):\n    return f(n / 2)\nf(8)\n")
    assert outcome.code == 1 and "RecursionError" in outcome.err.splitlines()[-1]
    assert 'File "script.py", line 2, in f' in outcome.err


def test_a_script_that_is_linked_finds_what_lies_beside_it():
    with folder_with() as folder:
        write(folder / "there" / "script.py", "import helper\n")
        write(folder / "there" / "helper.py", "print 'helper'\n")
        (folder / "link.py").symlink_to(folder / "there" / "script.py")
        assert run("link.py").out == "helper\n"


def test_an_excepthook_of_the_script_is_used():
    hook = sys.excepthook
    try:
        outcome = run_text("import sys\nsys.excepthook = lambda t, v, tb: "
                           "sys.stdout.write('mine %s' % v)\nraise ValueError('x')\n")
    finally:
        sys.excepthook = hook
    assert outcome.out == "mine x" and outcome.code == 1, outcome


def test_the_files_are_untouched_and_nothing_is_left_beside_them():
    with folder_with(script="import helper, package.inner\nprint helper.X / 2\n",
                     helper="X = 7\nprint 'helper'\n") as folder:
        write(folder / "package" / "__init__.py", "")
        write(folder / "package" / "inner.py", "import sibling\nprint sibling.N\n")
        write(folder / "package" / "sibling.py", "N = 5 / 2\n")
        before = digests(folder)
        outcome = run("script.py")
        assert outcome.out.splitlines() == ["helper", "2", "3"], outcome
        assert digests(folder) == before


def digests(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_modules_beside_the_script_are_imported_anew_each_time():
    with folder_with(script="import helper\nprint(helper.X)\n", helper="X = 1\n") as folder:
        assert run("script.py").out == "1\n"
        write(folder / "helper.py", "X = 2\n")
        assert run("script.py").out == "2\n"
        assert "helper" not in sys.modules


def test_modules_in_a_folder_that_the_script_adds_are_converted():
    with folder_with(script="import sys\nsys.path.append('lib')\nimport extra\n") as folder:
        write(folder / "lib" / "extra.py", "print 'extra', 3 / 2\n")
        assert run("script.py").out == "extra 1\n"


def test_a_traceback_through_a_module_shows_its_lines():
    with folder_with(script="import helper\nhelper.f()\n",
                     helper="def f():\n    print 'in f'\n    raise ValueError, 'bad'\n"):
        outcome = run("script.py")
    assert 'helper.py", line 3, in f' in outcome.err
    assert "    raise ValueError, 'bad'" in outcome.err.splitlines(), outcome.err


def test_a_syntax_error_in_a_module_points_to_its_line():
    with folder_with(script="print 1\nimport helper\n", helper="print 1\nx = = 2\n"):
        outcome = run("script.py")
    assert 'helper.py", line 2' in outcome.err and "x = = 2" in outcome.err, outcome.err


def test_modules_of_others_are_left_alone():
    # A package elsewhere on the path is Python 3, even if it could be Python 2.
    with folder_with() as folder:
        write(folder / "site" / "elsewhere.py", "HALF = 7 / 2\n")
        write(folder / "own" / "script.py", "import elsewhere\nprint elsewhere.HALF\n")
        sys.path.append(str(folder / "site"))
        try:
            assert run("own/script.py").out == "3.5\n"
        finally:
            sys.path.remove(str(folder / "site"))
            sys.modules.pop("elsewhere", None)


def test_tutorials_are_found_beside_the_script():
    with folder_with(script="from pantry.tutorials.mlp import mlp\nmlp()\n") as folder:
        write(folder / "mlp.py", "def mlp():\n    print 'beside', 3 / 2\n")
        assert run("script.py").out == "beside 1\n"
        write(folder / "pantry" / "__init__.py", "")
        write(folder / "pantry" / "tutorials" / "__init__.py", "")
        write(folder / "pantry" / "tutorials" / "mlp.py", "def mlp():\n    print 'pantry'\n")
        assert run("script.py").out == "pantry\n"
        assert "pantry" not in sys.modules


def test_another_package_named_yann_does_not_win_and_stays():
    with folder_with(script="import yann\nprint(yann.__version__)\n") as folder:
        write(folder / "site" / "yann" / "__init__.py", "__version__ = 'other'\n")
        write(folder / "site" / "yann" / "network.py", "")
        sys.path.insert(0, str(folder / "site"))
        try:
            import yann
            assert run("script.py").out == "1.0rc1\n"
            assert sys.modules["yann"] is yann and yann.__version__ == "other"
            import yann.network
            assert not hasattr(yann.network, "network")
        finally:
            sys.path.remove(str(folder / "site"))
            for name in ("yann", "yann.network"):
                sys.modules.pop(name, None)


def test_yann_is_only_there_while_a_script_runs():
    assert printed("import yann.core.conv\nprint(yann.core.conv.__name__)\n") == ["yann.core.conv"]
    assert not [name for name in sys.modules if name.partition(".")[0] == "yann"]
    assert not [finder for finder in sys.meta_path if "as_yann" in type(finder).__module__]


def test_the_command_ends_with_the_code_of_the_script():
    with folder_with(script="import sys\nprint >>sys.stderr, 'out'\nsys.exit(7)\n"):
        done = subprocess.run([sys.executable, "-m", "yann_weightnorm", "run", "script.py"],
                              capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (7, "out\n"), done
