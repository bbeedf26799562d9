"""What the papers claim that the studies test, with their figures.

Figures: Salimans & Kingma (2016), arXiv:1602.07868, section 5, figures 1 and 3 to 5; Arpit, Campos
& Bengio (2019), arXiv:1906.02341; Cooijmans et al. (2017), arXiv:1603.09025; van Laarhoven (2017),
arXiv:1706.05350; Wu et al. (2020), arXiv:1911.07956; Xiang & Li (2017), arXiv:1704.03971, abstract
and section 1; github.com/soskek/weight_normalization.
"""

from yann_weightnorm.report.verdicts import (
    Claim, alike, better, better_at_one_rate, cheap, faster, follows_less, larger_rate, reaches,
    steadier, trains_at, trains_instead, wider)

__all__ = ["CLAIMS"]

NORMAL, WEIGHT_NORM = "normal + data start", "weight norm + data start"
BOTH = "weight norm + mean-only batch norm"
STRICT = "strict weight norm"
TRAINS = 50.0  # percent validation error at most; chance gives 90

CLAIMS = {
    "supervised": (
        Claim("Weight normalization needs fewer epochs to a low training error than the plain "
              "network with the same start.",
              "1.04 times fewer to 10 %, 1.34 to 5 %, 1.9 to 3 % (CIFAR-10, one run)",
              faster(WEIGHT_NORM, NORMAL), key="faster"),
        Claim("Batch normalization needs fewer epochs than the plain network, too.",
              "1.30 times fewer to 10 %, 1.54 to 5 %, 2.1 to 3 %", faster("batch norm", NORMAL)),
        Claim("Weight normalization alone does not change the test error.",
              "8.46 % against 8.43 %", alike(WEIGHT_NORM, NORMAL), key="alike"),
        Claim("Weight normalization with mean-only batch normalization has a lower test error than "
              "the plain network.", "7.31 % against 8.43 %", better(BOTH, NORMAL),
              key="both-better"),
        Claim("... and a lower one than batch normalization.", "7.31 % against 8.05 %",
              better(BOTH, "batch norm"), key="both-better-than-batch-norm"),
        Claim("An epoch with weight normalization is not noticeably slower (here: by a tenth at "
              "most).",
              "none noticed; elsewhere measured 1.10 times", cheap(WEIGHT_NORM, NORMAL, 1.10),
              key="cheap"),
        Claim("Batch normalization makes an epoch 16 % longer, or less.",
              "1.16 times; elsewhere measured 1.81 times", cheap("batch norm", NORMAL, 1.16)),
        Claim("Weight normalization's best learning rate is larger than the plain network's.",
              "0.003 against 0.0003", larger_rate(WEIGHT_NORM, NORMAL), key="larger-rate"),
        Claim("It makes no difference whether the plain arm is that of the paper's words or of its "
              "code.", "not told", alike("frozen scale", NORMAL))),
    "robustness": (
        Claim("Weight normalization trains at more learning rates than the plain network.",
              "claimed (section 2.1), not measured", wider(WEIGHT_NORM, NORMAL, TRAINS),
              {"sweep": "rate"}, key="wider"),
        Claim("The data-dependent start trains networks of 30 layers and more.",
              "not claimed; Arpit et al.: fails somewhere between 20 and 100",
              trains_at(WEIGHT_NORM, "depth", 30, TRAINS), {"sweep": "depth"},
              key="deep-data-start"),
        Claim("The robust start trains networks of 30 layers and more.",
              "Arpit et al.: trains up to 200",
              trains_at("weight norm + robust start", "depth", 30, TRAINS), {"sweep": "depth"},
              key="deep-robust-start"),
        Claim("Weight normalization trains whatever the number of images in a mini batch, be it "
              "one.", "claimed (section 2.2), not measured",
              trains_at(WEIGHT_NORM, "mini_batch_size", 1, TRAINS, itself=True),
              {"sweep": "batch"}, key="one-image"),
        Claim("Batch normalization does, too.", "denied (section 2.2), not measured",
              trains_at("batch norm", "mini_batch_size", 1, TRAINS, itself=True),
              {"sweep": "batch"}),
        Claim("In a residual network trained by too large steps it trains where the plain network "
              "diverges.", "91.2 % right against NaN, at a rate of 0.1 (published example)",
              trains_instead(WEIGHT_NORM, NORMAL, TRAINS), {"sweep": "residual"}, key="residual")),
    "generative": (
        Claim("The convolutional auto-encoder needs fewer epochs to a bound.",
              "1.2 times fewer to -86.0 nats (123 against 104 epochs; another posterior)",
              faster(WEIGHT_NORM, NORMAL), {"model": "vae"}, key="vae-faster"),
        Claim("... and ends at a higher bound.", "-85.30 against -85.78 nats",
              better(WEIGHT_NORM, NORMAL, "final_bound"), {"model": "vae"}, key="vae-better"),
        Claim("DRAW needs fewer epochs to a bound.",
              "4.3 times fewer to -100 nats, 2.7 to -90 (one run)",
              faster("weight norm", "normal"), {"model": "draw"}, key="draw-faster"),
        Claim("... and ends at a higher bound.", "-85.0 against -89.8 nats after 99 epochs",
              better("weight norm", "normal", "final_bound"), {"model": "draw"},
              key="draw-better")),
    "adversarial": (
        Claim("A GAN with strict weight normalization reconstructs images with a lower error than "
              "one with batch normalization.",
              "about 10 % lower (Xiang & Li: DCGAN on CelebA, LSUN and CIFAR-10)",
              better(STRICT, "batch norm", "test_reconstruction")),
        Claim("... so does one with weight normalization as it was proposed.", "not measured",
              better(WEIGHT_NORM, "batch norm", "test_reconstruction")),
        Claim("A GAN with weight normalization reconstructs images with a lower error than a plain "
              "one with the same start.", "not told",
              better(WEIGHT_NORM, NORMAL, "test_reconstruction")),
        Claim("Strict weight normalization needs fewer epochs to an error than batch "
              "normalization.", "more efficient (Xiang & Li, abstract)",
              faster(STRICT, "batch norm")),
        Claim("Fewer runs with strict weight normalization diverge or collapse than with batch "
              "normalization.", "more stable (Xiang & Li, abstract)",
              steadier(STRICT, "batch norm")),
        Claim("Fewer runs with batch normalization diverge or collapse than without any.",
              "so for some data and networks (Xiang & Li, section 1)",
              steadier("batch norm", NORMAL)),
        Claim("An epoch with weight normalization is not noticeably slower than a plain one (here: "
              "by a tenth at most).", "none noticed, in other networks",
              cheap(WEIGHT_NORM, NORMAL, 1.10)),
        Claim("An epoch with strict weight normalization takes no longer than one with batch "
              "normalization.", "not told", cheap(STRICT, "batch norm", 1.0))),
    "reinforcement": (
        Claim("An agent with weight normalization gets more points in Space Invaders than the "
              "plain one.", "2,179 against 1,779, the best of one run on Atari",
              better(WEIGHT_NORM, NORMAL, "best_return"), {"game": "space_invaders"}),
        Claim("... and as many in Breakout.", "403 against 410",
              alike(WEIGHT_NORM, NORMAL, "best_return"), {"game": "breakout"}),
        Claim("It learns faster.", "not measured; curves are shown (figure 5)",
              faster(WEIGHT_NORM, NORMAL), key="faster"),
        Claim("A frame with weight normalization is not noticeably slower (here: by a tenth at "
              "most).", "not measured", cheap(WEIGHT_NORM, NORMAL, 1.10)),
        Claim("Weight normalization's best learning rate is larger than the plain network's.",
              "0.0003 against 0.0001", larger_rate(WEIGHT_NORM, NORMAL)),
        Claim("Without the data-dependent start weight normalization gets more points, too.",
              "not told", better("weight norm", "normal", "best_return"))),
    "recurrent": (
        Claim("Weight normalization trains an LSTM in fewer epochs.",
              "4.3 times fewer in DRAW, which has LSTMs (section 5.3); not measured on this task",
              faster("weight norm", "normal"), key="faster"),
        Claim("Weight normalization lowers the LSTM's test error.", "not measured",
              better("weight norm", "normal"), key="better"),
        Claim("Recurrent batch normalization needs fewer epochs, too.",
              "to 10 % validation error 10 times fewer in order, 3.2 times permuted (Cooijmans et "
              "al.)", faster("batch norm", "normal")),
        Claim("Recurrent batch normalization lowers the test error of permuted MNIST.",
              "4.6 % against 9.8 % (Cooijmans et al., pixel by pixel)",
              better("batch norm", "normal"), {"order": "permuted"}),
        Claim("An epoch with weight normalization is not noticeably slower (here: by a tenth at "
              "most).", "none noticed, in other networks", cheap("weight norm", "normal", 1.10))),
    "critique": (
        Claim("The covariance of the gradient is nearer to a multiple of the identity in v and g "
              "than in w (here: less of it in its leading direction).",
              "argued (section 2.1), not measured",
              better("weight norm", "normal", "leading_share"), {"part": "conditioning"}),
        Claim("The largest eigenvalue of the Hessian is smaller in v and g than in w.",
              "not told", better("weight norm", "normal", "hessian_largest"),
              {"part": "conditioning"}),
        Claim("v grows along training by plain gradient descent.", "proved (section 2.1)",
              reaches("weight norm", "growth", 1.0), {"part": "growth", "optimizer": "sgd"}),
        Claim("v grows under Adam, too.", "said to be alike (section 2.1), not measured",
              reaches("weight norm", "growth", 1.0), {"part": "growth", "optimizer": "adam"}),
        Claim("The effective learning rate at the end grows less than in proportion to the "
              "learning rate: v grows the more, and so the steps right themselves.",
              "argued (section 2.1), not measured", follows_less("weight norm", "effective_rate"),
              {"part": "growth", "optimizer": "sgd"}),
        Claim("L2 of v keeps v short, and so steps long.", "van Laarhoven (2017): so for any "
              "normalised layer",
              better_at_one_rate("weight norm", "weight norm + L2 on v", "effective_rate"),
              {"part": "decay"}),
        Claim("L2 of v does not change the test error.", "van Laarhoven (2017): it regularises "
              "nothing", alike("weight norm + L2 on v", "weight norm"), {"part": "decay"},
              key="decay-alike"),
        Claim("In least squares with too few equations, weight normalization finds a solution "
              "nearer to that of the least norm.", "Wu et al. (2020): near it, from far starts too",
              better("weight norm", "normal", "excess"), {"part": "norm"}, key="least-norm"),
        Claim("A length e^s is no better and no worse than g.",
              "claimed (section 2), not shown",
              alike("weight norm + log_g", "weight norm"), {"part": "forms"}))}
