"""What lesson 08 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with other seeds stayed clear of them.
"""

CLAIMS = {
    "BN-Inception has 92.18 %; no row of GoogLeNet's table rounds to 92.2; seven networks gain 3.4 points.": (
        "round(100 - bn_inception_error, 2) == 92.18 and round(gain_of_all, 1) == 3.4"
        " and all(round(100 - error, 1) != 92.2 for error in VALIDATION_ERROR.values())"
    ),
    "A single network with one crop is right for 89.93 %; the entry takes 1,008 forward passes.": (
        "round(100 - VALIDATION_ERROR[1, 1], 2) == 89.93"
        " and round(100 - VALIDATION_ERROR[7, 144], 2) == 93.33 and 7 * 144 == 1_008"
    ),
    "A 1x1 convolution is a matrix product at every position.": "one_by_one_difference < 1e-4",
    "3a has 256 channels behind it, naive 416.": (
        "module_channels[False][0] == 256 and module_channels[True][0] == 416"
    ),
    "The 5x5 branch of 3a takes 12,443,648 MACs instead of 120,422,400, 9.7 times less.": (
        "(branch_macs[True][2], branch_macs[False][2]) == (120_422_400, 12_443_648)"
        " and round(120_422_400 / 12_443_648, 1) == 9.7"
    ),
    "The 3x3 branch saves a factor of 1.7 and is the most expensive; the module saves 2.4.": (
        "round(branch_macs[True][1] / branch_macs[False][1], 1) == 1.7"
        " and max(branch_macs[False]) == branch_macs[False][1]"
        " and round(total_naive / total_reduced, 1) == 2.4"
    ),
    "Reductions pay up to 154, 164 and below 48 channels.": (
        "[int(F * F * 192 * n / (192 + F * F * n)) for F, n in ((5, 32), (3, 128), (1, 64))]"
        " == [154, 164, 48]"
    ),
    "The naive network ends with 4,944 channels, 12.6 billion MACs and 98 million parameters.": (
        "module_channels[True][-1] == 4944 and round(totals[True][1] / 1e9, 1) == 12.6"
        " and round(totals[True][0] / 1e6) == 98 and 7.5 < totals[True][1] / totals[False][1] < 8"
    ),
    "The factors of the modules grow from 2.4 to about 20.": (
        "round(blow_up[0], 1) == 2.4 and all(19 < factor < 21 for factor in blow_up[-2:])"
    ),
    "VGG's end costs 226 million parameters, 205.5 million in its first layer; GAP one million.": (
        "round(end_parameters[\"VGG's end\"] / 1e6) == 226 and end_parameters['GAP'] == 1_025_000"
        " and round(7 * 7 * 1024 * 4096 / 1e6, 1) == 205.5"
    ),
    "GAP is the mean over 7x7 positions, in any order: 1x1x1024.": (
        "gap_difference < 1e-5 and shuffle_difference < 1e-5 and as_in_paper.shape == (4, 1, 1, 1024)"
    ),
    "All output shapes are those of the paper's table.": (
        "computed_shapes == PAPER_SHAPES and keras_shapes == PAPER_SHAPES"
    ),
    "The total is 6,998,552 parameters, counted and in Keras.": (
        "googlenet_parameters == keras_parameters == 6_998_552 and round(googlenet_macs / 1e9, 1) == 1.6"
    ),
    "Ten of twelve rows agree with the paper's work; conv1 takes 118 million, 5a 51.": (
        "unlike == ['conv1', '5a'] and len(PAPER_MACS) == 12"
        " and [round(own_macs[name] / 1e6) for name in unlike] == [118, 51]"
    ),
    "22 layers on the longest way, 27 with poolings, 58 in all.": (
        "(googlenet_depth, googlenet_depth + outer_poolings, layers_with_weights) == (22, 27, 58)"
    ),
    "The numbers of layers are 5, 8, 16, 19, 22.": (
        "[entry['depth'] for entry in zoo.values()] == [5, 8, 16, 19, 22]"
    ),
    "The numbers of parameters.": (
        "[entry['parameters'] for entry in zoo.values()]"
        " == [61_706, 61_100_840, 138_357_544, 143_667_240, 6_998_552]"
    ),
    "The original LeNet has exactly 60,000 parameters.": "sum(ORIGINAL_LENET.values()) == 60_000",
    "AlexNet has 8.7 times the parameters of GoogLeNet.": "round(fewer_than_alexnet, 1) == 8.7",
    "GoogLeNet has the fewest parameters of the four, and twice AlexNet's work.": (
        "min(list(zoo.values())[1:], key=lambda entry: entry['parameters']) is zoo['GoogLeNet']"
        " and 2 < zoo['GoogLeNet']['macs'] / zoo['AlexNet']['macs'] < 2.5"
    ),
    "Fully connected layers hold 96 %, 89 %, 86 % and 15 %; without them AlexNet has 2.5 million.": (
        "[round(100 * entry['in_fc']) for entry in zoo.values()][1:] == [96, 89, 86, 15]"
        " and round(zoo['AlexNet']['by_kind']['convolution'][0] / 1e6, 1) == 2.5"
        " and zoo['AlexNet']['by_kind']['convolution'][0] < zoo['GoogLeNet']['by_kind']['convolution'][0]"
    ),
    "The budgets are kept within a tenth.": (
        "abs(design_macs['naive, slim'] / design_macs['reductions'] - 1) < 0.1"
        " and abs(design_macs['reductions, wide'] / design_macs['naive'] - 1) < 0.1"
    ),
    "With equal filters the naive network costs 3.4 times the MACs and 4.4 times the parameters.": (
        "round(cost_ratio, 1) == 3.4 and round(parameter_ratio, 1) == 4.4"
    ),
    "At equal cost the reductions lead on average, at the small budget by more than 3 points.": (
        "lead_at_small > 0.03 and lead_at_large > 0"
    ),
    "With equal filters the naive network gains less than 5 points.": "lead_of_naive < 0.05",
    "The dense end has 19 times the parameters.": "round(end_ratio) == 19",
    "On the test images the dense end is no better, within 4 points.": (
        "end_accuracy['dense'][:, 1].mean() < end_accuracy['GAP'][:, 1].mean() + 0.04"
    ),
    "The dense end fits the training images better; its gap is wider by more than 2 points on average.": (
        "end_accuracy['dense'][:, 0].mean() > end_accuracy['GAP'][:, 0].mean()"
        " and mean_gap['dense'] > mean_gap['GAP'] + 0.02"
    ),
    "The output for the mosaic is the mean of the map.": "map_difference < 1e-3",
    "The mosaic is 128x192, its map 16x24.": (
        "mosaic.shape == (1, 128, 192, 3) and score_map.shape == (16, 24, 10)"
    ),
    "Most of the six blocks get the right name.": "block_hits >= 4",
    "With both heads 13.4 million parameters.": (
        "in_training == 13_378_280 and 4 * 4 * 128 * 1024 / head_parameters['4a'] > 0.65"
    ),
    "In front of the first head the gradient is longer with heads; behind the second it is the same.": (
        "growth[:, :4].min() > 1 and abs(growth[:, 7:] - 1).max() < 1e-3"
    ),
    "In the mean over seeds the gradient of the main loss does not fade towards the image.": (
        "(front / back).mean() > 0.6"
    ),
    "All three losses fall, and their weighted sum is the total.": (
        "all(history[name][-1] < history[name][0] for name in loss_names)"
        " and abs(weighted_sum - history['loss'][-1]) < 0.01"
    ),
    "Without the heads the answers are the same.": "dropped_difference < 1e-4",
    "Quiz 1: 14x14x512; 26,880 weights.": (
        "192 + 208 + 48 + 64 == 512 and 480 * 16 + 25 * 16 * 48 == 26_880"
    ),
    "Quiz 2: 5,268,480 against 112,896,000.": (
        "(196 * 26_880, 196 * 25 * 480 * 48) == (5_268_480, 112_896_000)"
    ),
    "Quiz 4: 20,490 parameters; flattened 131,072 inputs.": (
        "(2048 * 10 + 10, 8 * 8 * 2048) == (20_490, 131_072)"
    ),
}
