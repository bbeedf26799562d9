"""
This tutorial trains a multi-layer network twice: with plain weights, and with normalized ones.
"""
from yann.network import network


def mlp ( dataset, normalized = True, epochs = (20, 20), num_neurons = 800, verbose = 1 ):
    """
    This method builds a network with two hidden layers and trains it with adam, as the paper does.

    Args:
        dataset: location of a dataset.
        normalized: If ``True``, weights are normalized and start from data.
        epochs: of each era, as the method ``train`` takes them.
        num_neurons: of each hidden layer.
        verbose: how much is printed, from 0 to 3.

    Returns:
        yann.network.network: the network, trained.
    """
    hidden, last = 'dot_product', 'classifier'
    if normalized is True:
        hidden, last = 'weightnorm_dot', 'weightnorm_classifier'

    net = network( borrow = True, verbose = verbose )

    net.add_module ( type = 'optimizer',
                     params = { "momentum_type"  : 'false',
                                "optimizer_type" : 'adam',
                                "id"             : "main" },
                     verbose = verbose )

    net.add_module ( type = 'datastream',
                     params = { "dataset" : dataset, "id" : 'data' },
                     verbose = verbose )
    net.add_layer ( type = "input", id = "input", origin = "data", verbose = verbose )

    origin = "input"
    for id in ("dot_product_1", "dot_product_2"):
        net.add_layer ( type = hidden,
                        id = id,
                        origin = origin,
                        num_neurons = num_neurons,
                        activation = 'relu',
                        verbose = verbose )
        origin = id

    net.add_layer ( type = last, id = "softmax", origin = origin, num_classes = 10,
                    verbose = verbose )

    net.add_layer ( type = "objective", id = "obj", origin = "softmax", verbose = verbose )

    net.cook ( optimizer = 'main', datastream = 'data', classifier_layer = 'softmax',
               data_dependent_start = normalized, verbose = verbose )

    net.train ( epochs = epochs, learning_rates = (0.01, 0.003, 0.001), early_terminate = False,
                show_progress = False, verbose = verbose )

    net.test ( show_progress = False, verbose = verbose )
    return net


def weight_norm ( dataset, epochs = (20, 20), num_neurons = 800, verbose = 1 ):
    """
    This method trains the plain and the normalized network and prints how far each has come.

    Args:
        dataset: location of a dataset.
        epochs: of each era, as the method ``train`` takes them.
        num_neurons: of each hidden layer.
        verbose: how much is printed, from 0 to 3.

    Returns:
        tuple: best validation accuracy in percent, of the plain and the normalized network.
    """
    best = []
    for name, normalized in (('plain', False), ('normalized', True)):
        net = mlp ( dataset, normalized = normalized, epochs = epochs,
                    num_neurons = num_neurons, verbose = verbose )
        best.append(max(net.validation_accuracy))
        print (name + " weights: best validation accuracy " + str(best[-1]) + " %, last cost " +
               str(net.cost[-1]))
    return tuple(best)


if __name__ == '__main__':
    import sys
    if len(sys.argv) != 2:
        sys.exit("Supply the location of a dataset, or create_dataset.")
    if sys.argv[1] == 'create_dataset':
        from yann.special.datasets import cook_mnist
        location = cook_mnist (verbose = 2).dataset_location()
    else:
        location = sys.argv[1]
    weight_norm ( location, verbose = 2 )
