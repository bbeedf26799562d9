@@ after 26
from yann.special.weight_norm import kinds as weight_norm_kinds
from yann.special.weight_norm import add_weight_norm_layer, initialize_from_data
@@ after 152
                  'weightnorm_dot', 'weightnorm_conv_pool', 'weightnorm_deconv' or
                  'weightnorm_classifier' - the layer of that name with normalized weights.
@@ after 203
            mean_only_batch_norm: ``True`` takes the mean of a mini batch off what a layer with
                    normalized weights makes of it. Default is ``False``.
@@ after 302
        elif type in weight_norm_kinds:
            add_weight_norm_layer(self, id = id, type = type, options = kwargs, verbose = verbose)
            self.params = self.params + self.dropout_layers[id].params
@@ after 2476
            data_dependent_start: ``True`` sets the layers with normalized weights by what the
                           first mini batch shows. Default is ``False``.
@@ after 2632
        if kwargs.get('data_dependent_start', False) is True:
            initialize_from_data(self, verbose = verbose)

