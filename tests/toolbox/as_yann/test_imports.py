"""Every import path of YANN is there, with its names and their parameters."""

import importlib
import inspect

from tests.toolbox.as_yann.helpers import printed

FACADE = "yann_weightnorm.toolbox.as_yann."

# Of the layer classes: what most share.
OPTIONS = "rng=None, borrow=True, activation='relu', input_params=None, verbose=2"
MAPS = "filter_shape=(3, 3), poolsize=(2, 2), pooltype='max'"
STEPS = "border_mode='valid', stride=(1, 1)"
DENSE = ("rng=None, input_params=None, borrow=True, activation='relu', batch_norm=True, "
         "verbose=2")
SIZES = "height=28, width=28, channels=1, mean_subtract=False"
COOK = "verbose=1, **kwargs"
MAKER = "dataset_init_args, save_directory='_datasets', verbose={}, **kwargs"

# Import path -> name -> parameters as YANN has them; None for what is no class or function.
PATHS = {
    "yann": {"__version__": None},
    "yann.network": {
        "network": "verbose=2, **options", "_sink": "**arguments", "max_neurons_to_display": None,
        "progressbar_installed": None, "nx_installed": None},
    "yann.special.gan": {"gan": "verbose=2, **options"},
    "yann.special.datasets": dict(
        dict.fromkeys((
            "cook_mnist", "cook_mnist_normalized", "cook_mnist_normalized_zero_mean",
            "cook_mnist_multi_load", "cook_cifar10", "cook_cifar10_normalized",
            "cook_cifar10_normalized_zero_mean", "cook_caltech101", "cook_caltech256"), COOK),
        cook_celeba_normalized_zero_mean="verbose=1, location='_data/celebA', **kwargs",
        download_celebA="data_dir='celebA'", split_all=MAKER.format(0),
        split_only_train=MAKER.format(0), combine_split_datasets="loc, verbose=1, **kwargs",
        mix_split_datasets="loc, verbose=1, **kwargs", setup_dataset=MAKER.format(1),
        load_data_mat=None, shuffle=None, cPickle=None, numpy=None),
    "yann.utils.dataset": dict(
        {f"load_skdata_{name}": "" for name in (
            "mnist", "mnist_noise1", "mnist_noise2", "mnist_noise3", "mnist_noise4",
            "mnist_noise5", "mnist_noise6", "mnist_bg_images", "mnist_bg_rand", "mnist_rotated",
            "mnist_rotated_bg", "cifar10")},
        setup_dataset=MAKER.format(1),
        load_data_mat="height, width, channels, location, batch=0, type_set='train', load_z=False",
        load_images_only=None, load_skdata_caltech101=None, load_skdata_caltech256=None,
        load_cifar100="", shuffle="data, verbose=1", download_data="url, location",
        pickle_dataset="loc, batch, data",
        create_shared_memory_dataset="data_xy, borrow=True, verbose=1, svm=False"),
    "yann.utils.image": {
        "rgb2gray": "rgb", "gray2rgb": "r, g, b, channels_dim=3",
        "preprocessing": "data, height, width, channels, args", "check_type": "data, type"},
    "yann.utils.raster": {
        "scale_to_unit_interval": "ndar, eps=1e-08",
        "tile_raster_images": "X, img_shape, tile_shape, tile_spacing=(0, 0), "
                              "scale_rows_to_unit_interval=True, output_pixel_vals=True"},
    "yann.utils.graph": {"draw_network": "graph, filename='network.pdf', show=False, verbose=2"},
    "yann.utils.pickle": {"pickle": "net, filename, verbose=2", "load": "infile, verbose=2",
                          "shared_params": "params, verbose=2"},
    "yann.core.activations": {
        "Elu": "x, alpha=1", "ReLU": "x, alpha=0", "Sigmoid": "x", "Tanh": "x",
        "Softmax": "x, temp=1", "Abs": "x", "Squared": "x",
        "Maxout": "x, maxout_size, input_size, type='maxout', dimension=1",
        "_max1d_stride": "x, i, stride", "_max2d_stride": "x, i, stride"},
    "yann.core.conv": {
        "convolver_2d": "input, filters, subsample, filter_shape, image_shape, "
                        "border_mode='valid', verbose=1",
        "deconvolver_2d": "input, filters, subsample, filter_shape, image_shape, output_shape, "
                          "border_mode='valid', verbose=1"},
    "yann.core.pool": {"pooler_2d": "input, ds, img_shp, mode='max', ignore_border=True, verbose=1",
                       "_meanpool": "input, ds, ignore_border=False",
                       "_maxrandpool": "input, ds, p, ignore_border=False"},
    "yann.core.errors": {"cross_entropy": "a, b", "l1": "a, b", "rmse": "a, b"},
    "yann.core.operators": {"copy_params": "source, destination, borrow=True, verbose=2"},
    "yann.layers.abstract": {
        "layer": "id, type, verbose=2", "_dropout": "rng, params, dropout_rate, verbose=2",
        "_activate": "x, activation, input_size, verbose=2, dimension=None"},
    "yann.layers.input": {
        "input_layer": f"mini_batch_size, x, id=-1, {SIZES}, verbose=2",
        "dropout_input_layer": f"mini_batch_size, id, x, dropout_rate=0.5, {SIZES}, rng=None, "
                               f"verbose=2",
        "tensor_layer": "id, input, input_shape, verbose=2",
        "dropout_tensor_layer": "id, input, input_shape, rng=None, dropout_rate=0.5, verbose=2"},
    "yann.layers.conv_pool": {
        "conv_pool_layer_2d": f"input, nkerns, input_shape, id, {MAPS}, batch_norm=False, {STEPS}, "
                              f"{OPTIONS}",
        "dropout_conv_pool_layer_2d": f"input, nkerns, input_shape, id, dropout_rate=0.5, {MAPS}, "
                                      f"batch_norm=True, {STEPS}, {OPTIONS}",
        "deconv_layer_2d": f"input, nkerns, input_shape, id, output_shape, "
                           f"{MAPS.replace('2, 2', '1, 1')}, batch_norm=False, {STEPS}, {OPTIONS}",
        "dropout_deconv_layer_2d": f"input, nkerns, input_shape, id, output_shape, "
                                   f"dropout_rate=0.5, {MAPS.replace('2, 2', '1, 1')}, "
                                   f"batch_norm=True, {STEPS}, {OPTIONS}"},
    "yann.layers.fully_connected": {
        "dot_product_layer": f"input, num_neurons, input_shape, id, {DENSE}",
        "dropout_dot_product_layer": f"input, num_neurons, input_shape, id, dropout_rate=0.5, "
                                     f"{DENSE}"},
    "yann.layers.output": {
        "classifier_layer": "input, input_shape, id, num_classes=10, rng=None, input_params=None, "
                            "borrow=True, activation='softmax', verbose=2",
        "objective_layer": "id, loss, labels=None, objective='nll', L1=None, L2=None, "
                           "l1_coeff=0.001, l2_coeff=0.001, verbose=2"},
    "yann.layers.merge": {
        "merge_layer": "x, input_shape, id=-1, type='error', error='rmse', input_type='layer', "
                       "verbose=2",
        "dropout_merge_layer": "x, input_shape, id=-1, error='rmse', rng=None, dropout_rate=0.5, "
                               "verbose=2"},
    "yann.layers.flatten": {"flatten_layer": "input, input_shape, id=-1, verbose=2",
                            "unflatten_layer": "input, shape, input_shape, id=-1, verbose=2"},
    "yann.layers.random": {
        "random_layer": "num_neurons, id=-1, distribution='binomial', verbose=2, options=None"},
    "yann.layers.transform": {
        "rotate_layer": "input, input_shape, id, angle=None, borrow=True, verbose=2",
        "dropout_rotate_layer": "input, input_shape, id, rng=None, dropout_rate=0.5, angle=None, "
                                "borrow=True, verbose=2"},
    "yann.layers.batch_norm": dict(
        {f"batch_norm_layer_{d}d": "input, input_shape, id, rng=None, borrow=True, "
                                   "input_params=None, verbose=2" for d in (1, 2)},
        **{f"dropout_batch_norm_layer_{d}d": "input, input_shape, id, rng=None, borrow=True, "
                                             "input_params=None, dropout_rate=0, verbose=2"
           for d in (1, 2)}),
    "yann.modules.abstract": {"module": "id, type, verbose=2"},
    "yann.modules.datastream": {"datastream": "dataset_init_args, borrow=True, verbose=1"},
    "yann.modules.optimizer": {"optimizer": "optimizer_init_args, verbose=1"},
    "yann.modules.resultor": {"resultor": "resultor_init_args, verbose=1"},
    "yann.modules.visualizer": {"visualizer": "visualizer_init_args, verbose=2",
                                "save_images": "imgs, prefix, is_color, verbose=2"},
}


def test_every_name_has_the_parameters_of_yann():
    wrong = [f"{path}.{name}: wanted ({wanted}), got ({got})" for path, name, wanted, got in found()
             if wanted is not None and wanted != got]
    assert wrong == [], "\n".join(wrong)


def found():
    """Yield path, name, and the parameters: those of YANN, and those that are there."""
    for path, names in PATHS.items():
        module = importlib.import_module(FACADE + path)
        for name, wanted in names.items():
            yield path, name, wanted, parameters(getattr(module, name))


def parameters(thing):
    """Return what `thing` takes; what stands behind a ``*`` is the toolbox's own."""
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return None
    taken = [p for p in inspect.signature(thing).parameters.values() if p.kind != p.KEYWORD_ONLY]
    return ", ".join(map(str, taken))


def test_every_path_is_imported_by_a_script_of_python_2():
    lines = [f"from {path} import {', '.join(names)}\nprint '{path}'"
             for path, names in PATHS.items()]
    assert printed("\n".join(lines) + "\n") == list(PATHS)


def test_what_scripts_rely_on_besides():
    assert printed("""
        from yann.special.datasets import *
        from yann.special.gan import gan
        from yann.network import network
        from yann import network as module
        from yann.layers.conv_pool import conv_pool_layer_2d, dropout_conv_pool_layer_2d
        from yann.layers.abstract import layer
        from yann.modules.abstract import module as base
        from yann.modules.optimizer import optimizer
        print cPickle.__name__, numpy.__name__, setup_dataset.__name__, shuffle.__name__
        print issubclass(gan, network), module.network is network, network().borrow
        print issubclass(dropout_conv_pool_layer_2d, layer), issubclass(optimizer, base)
        print network(2, borrow = False, unread = 3).borrow, gan(borrow = False).borrow
        print network.__module__, module.max_neurons_to_display, module._sink(a = 1)
        import yann_weightnorm
        print isinstance(gan(), yann_weightnorm.network)
        """) == ["pickle numpy setup_dataset shuffle", "True True True", "True True",
                 "False False", "yann.network 7 None", "True"]
