"""What lesson 06 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson.
"""

CLAIMS = {
    "ZFNet's sizes are 110, 55, 26, 13, 13, 13, 13, 6, and it has 62,357,608 parameters.": (
        "zfnet_sizes == [110, 55, 26, 13, 13, 13, 13, 6] and zfnet_parameters == 62_357_608"
    ),
    "Without padding: 109, 54, 25, 12 and at last 5.": ("unpadded_sizes == [109, 54, 25, 12, 12, 12, 12, 5]"),
    "The list turned back has AlexNet's sizes.": (
        "[row.output_shape[0] for row in alexnet_table[:8]] == [55, 27, 27, 13, 13, 13, 13, 6]"
    ),
    "The smaller windows save 20,736 weights, 0.03 % of the network.": (
        "totals['AlexNet']['parameters'] - zfnet_parameters == 20_736"
        " and round(100 * 20_736 / zfnet_parameters, 2) == 0.03"
    ),
    "The first map holds four times as many numbers, all outputs more than twice.": (
        "zfnet_table[0].stored == 4 * alexnet_table[0].stored"
        " and totals['ZFNet']['stored'] > 2 * totals['AlexNet']['stored']"
    ),
    "The multiply-accumulates grow by 3 %; conv2 gives back half of what conv1 takes.": (
        "round(100 * totals['ZFNet']['macs'] / totals['AlexNet']['macs']) == 103"
        " and 0.45 < (alexnet_table[2].macs - zfnet_table[2].macs)"
        " / (zfnet_table[0].macs - alexnet_table[0].macs) < 0.55"
    ),
    "The wider variant has 108 million parameters and more than twice the MACs.": (
        "wide_parameters == 107_627_624 and wide_macs > 2 * totals['ZFNet']['macs']"
    ),
    "With a stride of 4 a period of 5 looks like one of 20.": (
        "np.allclose(strided_answers[4], np.cos(2 * np.pi * np.arange(0, 40, 4) / 20))"
    ),
    "With a stride of 2 it does not.": (
        "not np.allclose(strided_answers[2], np.cos(2 * np.pi * np.arange(0, 40, 2) / 20), atol=0.5)"
    ),
    "fc1 and fc2 hold 87 % of AlexNet's parameters, conv3 and conv4 3.5 %.": (
        "round(100 * sum(row.parameters for row in alexnet_table if row.name in ('fc1', 'fc2'))"
        " / totals['AlexNet']['parameters']) == 87"
        " and round(1000 * sum(row.parameters for row in alexnet_table if row.name in ('conv3', 'conv4'))"
        " / totals['AlexNet']['parameters']) == 35"
    ),
    "Without fc1 and fc2 21 % of the parameters are left.": "round(100 * left_over) == 21",
    "fc2 has 16.8 million parameters.": "round(zfnet_table[10].parameters / 1e5) == 168",
    "16 of 164 errors, or 47 of 164.": (
        "PER_THOUSAND['AlexNet, 5 networks, test'] - PER_THOUSAND['ZFNet, 6 networks, test'] == 16"
        ' and PER_THOUSAND["AlexNet, 5 networks, test"] - PER_THOUSAND["Clarifai\'s entry, 2013, test"] == 47'
    ),
    "At stride 2 the mean accuracy rises from 11x11 to 7x7 to 3x3, and at stride 4 from 11x11 to 7x7.": (
        "trial_accuracy[11, 2].mean() < trial_accuracy[7, 2].mean() < trial_accuracy[3, 2].mean()"
        " and trial_accuracy[11, 4].mean() < trial_accuracy[7, 4].mean()"
    ),
    "3x3 with stride 2 is better than 11x11 with stride 2 by more than three points in the mean.": (
        "trial_accuracy[3, 2].mean() > trial_accuracy[11, 2].mean() + 0.03"
    ),
    "Halving the stride gains nothing: less than 3 points for every window.": (
        "trial_accuracy[11, 2].mean() < trial_accuracy[11, 4].mean() + 0.03"
        " and trial_accuracy[7, 2].mean() < trial_accuracy[7, 4].mean() + 0.03"
        " and trial_accuracy[3, 1].mean() < trial_accuracy[3, 2].mean() + 0.03"
    ),
    "Halving the stride costs about four times the multiply-accumulates.": (
        "all(3.5 < trial_macs[small] / trial_macs[large] < 4.5 for small, large in"
        " (((11, 2), (11, 4)), ((7, 2), (7, 4)), ((3, 1), (3, 2))))"
    ),
    "All accuracies are far above chance.": "min(v.min() for v in trial_accuracy.values()) > 0.5",
    "Seven of 32 filters have a gray share below 10 %, and no other one below 30 %.": (
        "len(kernels) == 32 and num_pure_color == 7 and np.sort(gray_share)[7] > 0.3"
    ),
    "Color filters hardly answer to a gray photograph, and more than the others to an even orange.": (
        "mean_answer['gray photograph'][0] < 0.15 * mean_answer['gray photograph'][1]"
        " and mean_answer['even orange'][0] > mean_answer['even orange'][1]"
    ),
    "About four fifths of the numbers are above zero at 112x112, less than a fifth at 7x7.": (
        "0.75 < active_share[112].min() and active_share[112].max() < 0.85 and active_share[7].max() < 0.2"
    ),
    "The share falls from size to size on each photograph.": (
        "bool((np.diff([active_share[rows] for rows in (112, 56, 28, 14, 7)], axis=0) < 0).all())"
    ),
    "Unpooling with switches is the gradient of max-pooling.": (
        "np.array_equal(unpooled, pooling_gradient) and np.count_nonzero(unpooled) == 4"
    ),
    "The transposed convolution is the gradient of the convolution.": "convolution_difference < 1e-10",
    "The classes are espresso, tripod and Egyptian cat.": (
        "[occluded[name]['class'] for name in ('coffee', 'camera', 'chelsea')]"
        " == ['espresso', 'tripod', 'Egyptian cat']"
    ),
    "The tripod's hottest place is in the lower half and costs more than 25 points.": (
        "np.unravel_index(occluded['camera']['drop'].argmax(), (8, 8))[0] >= 4"
        " and occluded['camera']['drop'].max() > 0.25"
    ),
    "The espresso's hottest place is in the upper half, and costs 15 to 25 points.": (
        "np.unravel_index(occluded['coffee']['drop'].argmax(), (8, 8))[0] < 4"
        " and 0.15 < occluded['coffee']['drop'].max() < 0.25"
    ),
    "For the Egyptian cat covering costs at most 15 points, and helps by up to about 20.": (
        "occluded['chelsea']['drop'].max() < 0.15 and -0.25 < occluded['chelsea']['drop'].min() < -0.15"
    ),
    "The five kinds of cat have 89 % together, and no square takes more than 6 points.": (
        "round(100 * five_cats) == 89 and five_cats_drop.max() < 0.06 and len(cats) == 5"
    ),
    "With 28 pixels the largest drop is below 10 points.": "by_side[28].max() < 0.1",
    "A larger square has a larger largest drop.": (
        "by_side[28].max() < by_side[56].max() < by_side[112].max() and by_side[112].max() > 0.6"
    ),
    "Black and white squares leave the same pattern, and cost more than 20 points more than gray ones.": (
        "min(fill_agreement.values()) > 0.6"
        " and all(by_fill[name].max() > by_fill['gray'].max() + 0.2 for name in ('black', 'white'))"
    ),
    "The channels named in the text are among the six, with their favorites.": (
        "[(c, list(photographs)[order[0]]) for _, c, order, _ in strongest if c in (287, 33, 59)]"
        " == [(287, 'astronaut'), (33, 'china'), (59, 'flower')]"
    ),
}
