@@ after 364
            if getattr(param.tag, 'weight_norm', False): # the length of v is not that of a weight
                continue
