"""What lesson 09 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with other seeds stayed clear of them.
"""

CLAIMS = {
    "The depths on the slides are the sums of what the networks are made of.": (
        "depth_of == {'LeNet-5': 5, 'AlexNet': 8, 'ZFNet': 8, 'VGG-16': 16, 'VGG-19': 19, 'GoogLeNet': 22}"
    ),
    "From 11 to 16 layers the error of VGG falls by 1.6 points; with 19 it is no better than with 16.": (
        "round(vgg_series[11] - vgg_series[16], 1) == 1.6 and vgg_series[19] >= vgg_series[16]"
    ),
    "The table of powers is right.": (
        "all(abs(r**depth / value - 1) < 0.15 for r, values in {"
        "0.7: (0.06, 0.0004, 0.00002, 3e-16), 0.9: (0.43, 0.10, 0.04, 0.00003),"
        " 1.1: (2.1, 8.1, 17, 14_000), 1.4: (15, 1_600, 24_000, 4e14)"
        "}.items() for depth, value in zip((8, 22, 30, 100), values))"
    ),
    "In linear and ReLU networks the factors agree with the theory within 5 %.": (
        "all(abs(values / (gain / {'linear': 1, 'relu': 2**0.5}[activation]) - 1).max() < 0.05"
        " for (activation, gain), pair in chain_factors.items() if activation != 'tanh' for values in pair)"
    ),
    "With a gain of 1 less than a ten-thousandth of the signal is left in a ReLU network.": (
        "(chain_signals['relu', 1.0]['activation'][:, -1] / chain_signals['relu', 1.0]['activation'][:, 0]"
        " < 1e-4).all()"
    ),
    "The tanh network with a gain of 2 keeps its activations near 0.7.": (
        "abs(chain_signals['tanh', 2.0]['activation'][:, 1:] - 0.73).max() < 0.05"
    ),
    "Its gradient grows by 17 % per layer, to about 90 times at the first layer.": (
        "abs(chain_factors['tanh', 2.0][1] - 1.17).max() < 0.03 and"
        " all(60 < first / last < 150 for first, last in chain_signals['tanh', 2.0]['gradient'][:, [0, -1]])"
    ),
    "With He's rule and without BN the signal becomes hundreds of times smaller.": (
        "(bare_signals[2**0.5]['activation'][:, 0] / bare_signals[2**0.5]['activation'][:, -1]).min() > 100"
    ),
    "The measured loss per layer at the edges is about what the share of the kernel says.": (
        "all(abs(measured / expected - 1).max() < 0.2 for expected, measured in stage_factors)"
    ),
    "Ten layers with a factor of 2/3 leave less than 2 %.": "(2 / 3) ** 10 < 0.02",
    "With Glorot's rule the gradient at the first layer is less than a millionth of that at the last.": (
        "(bare_signals[1.0]['gradient'][:, 0] / bare_signals[1.0]['gradient'][:, -1]).max() < 1e-6"
    ),
    "Behind BN and ReLU the standard deviation is about 0.584 at every depth.": (
        "abs((0.5 - 1 / (2 * np.pi)) ** 0.5 - 0.584) < 1e-3 and"
        " 0.5 < behind_bn.min() and behind_bn.max() < 0.67"
    ),
    "Equation (4) says 1.21, and the gradient grows by nearly that, a hundredfold over all layers.": (
        "abs((np.pi / (np.pi - 1)) ** 0.5 - 1.21) < 0.005 and 1.1 < gradient_factor.min() and"
        " gradient_factor.max() < 1.25 and 50 < growth_at_start.min() and growth_at_start.max() < 200"
    ),
    "The 30-layer network has more than five times the weights of the 6-layer one.": (
        "5 < trainers[30].model.count_params() / trainers[6].model.count_params() < 6"
    ),
    "With 6 convolutions every seed ends below 1 % training error.": "train_error[6].max() < 0.01",
    "With 18 convolutions a few percent are wrong.": (
        "0.002 < train_error[18].min() and train_error[18].max() < 0.2"
    ),
    "With 30 convolutions more than 15 % are wrong on every seed.": "train_error[30].min() > 0.15",
    "The order is the same for every seed.": (
        "((train_error[6] < train_error[18]) & (train_error[18] < train_error[30])).all()"
    ),
    "The test errors follow the training errors.": (
        "worst_gap < 0.15 and ((test_error[6] < test_error[18]) & (test_error[18] < test_error[30])).all()"
    ),
    "Trained on a single batch the shallow network overfits.": (
        "few_train_error.max() == 0 and few_test_error.min() > 0.1"
    ),
    "With batch statistics the deepest network is about as wrong.": (
        "abs(batch_error - train_error[30]).max() < 0.15 and batch_error.min() > 0.15"
    ),
    "In the deepest network no activation dies, at any time.": (
        "all(0.4 < found['activation'].min() and found['activation'].max() < 1.2"
        " for found in history.values())"
    ),
    "After one step the gradients differ by a factor of about ten or less.": (
        "max(spread[moment].max() for moment in ('after one step', 'at the end')) < 15"
    ),
    "The first layer never gets less gradient than the last.": (
        "all((found['gradient'][:, 0] > found['gradient'][:, -1]).all() for found in history.values())"
    ),
    "At the other rate the deepest network is worse by more than three points on every seed.": (
        "(other_error - train_error[6]).min() > 0.03"
    ),
    "24 identity layers change nothing; in front of a ReLU negative numbers are cut.": (
        "copy_change == 0 and cut_change > 0.5"
    ),
    "The built deep network computes what the shallow one computes.": "max(logit_difference) < 1e-4",
    "Its training error is that of the shallow network, below 1 %.": (
        "abs(planted_error - shallow_error).max() < 1e-3 and planted_error.max() < 0.01"
    ),
    "With gentle steps it stays, with less than 1 % of the training images wrong.": (
        "gentle_error.max() < 0.01"
    ),
    "With the rate of the experiment its loss climbs above 2.3 and does not come back in one epoch.": (
        "continued[0.5]['loss'][:, :8].max(axis=1).min() > 2.3 and continued[0.5]['loss'][:, -5:].min() > 0.5"
    ),
    "A kernel with 16 channels has 2304 numbers, and 24 layers are identity layers.": (
        "9 * CONFIG['width'] ** 2 == 2304 and depths[-1] - depths[0] == 24"
    ),
    "An image moved by 1 %: cosine about 0.97 with 6, 0.7 with 18, below 0.2 with 30 convolutions.": (
        "agreement['before'][6][:, 0].min() > 0.93 and"
        " 0.55 < agreement['before'][18][:, 0].min() and agreement['before'][18][:, 0].max() < 0.8 and"
        " agreement['before'][30][:, 0].max() < 0.25"
    ),
    "After training the gradients of the deepest network agree nearly as well as those of the shallow one.": (
        "agreement['after'][30][:, 0].min() > 0.8"
    ),
    "The root mean square of the singular values stays near 1, most directions shrink below 0.01.": (
        "all(0.6 < np.sqrt((values**2).mean()) < 1.6 for values in singular_values.values()) and"
        " (singular_values[30] < 0.01).mean() > 0.5"
    ),
    "Question 1: a factor of 0.012, with ReLUs 0.00001.": (
        "abs(0.8**20 - 0.012) < 0.0005 and abs((0.8 / 2**0.5) ** 20 - 0.00001) < 0.000003"
    ),
}
