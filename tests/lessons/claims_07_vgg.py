"""What lesson 07 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with five seeds stayed clear of them.
"""

CLAIMS = {
    "The numbers of layers are 11, 13, 16, 16, 19.": "list(depths.values()) == [11, 13, 16, 16, 19]",
    "All five columns have the published numbers of parameters.": (
        "{column: round(count / 1e6) for column, count in parameters.items()} == PUBLISHED"
    ),
    "VGG-16 has 138,357,544 parameters, VGG-19 143,667,240.": (
        "(parameters['D'], parameters['E']) == (138_357_544, 143_667_240)"
    ),
    "From A to E: 158 % more work, 8 % more parameters.": (
        "round(100 * macs['E'] / macs['A']) == 258"
        " and 7.5 < 100 * parameters['E'] / parameters['A'] - 100 < 8.2"
    ),
    "The second convolutions of stages 1 to 4 take 1,849.7 million MACs each, that of stage 5 a quarter.": (
        "[row.macs for row in second] == 4 * [1_849_688_064] + [1_849_688_064 // 4]"
    ),
    "Their weights are multiplied by 4, except from stage 4 to 5.": (
        "[b.weights / a.weights for a, b in zip(second, second[1:])] == [4, 4, 4, 1]"
    ),
    "With 1,024 filters in stage 5 there would be 258 million parameters, 206 million of them in fc1.": (
        "(round(doubled_parameters / 1e6), round(doubled_fc1 / 1e6)) == (258, 206)"
    ),
    "The receptive fields are 6, 16, 44, 100, 212, and 268 in VGG-19.": (
        "list(measured.values()) == [6, 16, 44, 100, 212, 268]"
    ),
    "95 % of the paths run through the middle 122 pixels.": "bulk['pool5'] == 122",
    "Behind three 3x3 the middle has 49 paths and the corner 1; behind a 7x7 every pixel has 1.": (
        "path_maps['three 3×3'][3, 3] == 49 and path_maps['three 3×3'][0, 0] == 1"
        " and bool((path_maps['one 7×7'] == 1).all())"
    ),
    "A 7x7 kernel has 81 % more weights than three 3x3.": (
        "round(100 * kernel_costs[7][0].weights / sum(row.weights for row in stack_costs[7])) == 181"
    ),
    "The MACs have the same ratio.": (
        "kernel_costs[7][0].macs * 27 == sum(row.macs for row in stack_costs[7]) * 49"
    ),
    "At the entrance of a stage the 5x5 kernel has 7 % fewer weights.": (
        "round(100 - 100 * entry_weights[1] / entry_weights[0]) == 7"
    ),
    "Two kernels in a row are one 5x5 kernel, unless a ReLU stands in between.": (
        "composed.shape == (5, 5) and linear_difference < 1e-4 and relu_difference > 1"
    ),
    "Keras's VGG-16 and VGG-19 have the same parameters in the same shapes.": (
        "counts == {'D': (138_357_544, 138_357_544, True), 'E': (143_667_240, 143_667_240, True)}"
        " and shapes_agree"
    ),
    "VGG-16 takes half a gigabyte.": "500 < megabytes < 550",
    "Stage 1's convolutions leave 43 % of all numbers behind.": (
        "round(100 * sum(row.stored for row in tables['D'][:2]) / sum(by_kind.values())[2]) == 43"
    ),
    "fc1 holds 102.8 million parameters, 74 %.": (
        "d_rows['fc1'].parameters == 102_764_544 and round(100 * fc1_share) == 74"
    ),
    "The convolutions have 11 % of the parameters and 99 % of the work.": (
        "(100 * share_of['convolution'][:2]).round().tolist() == [11, 99]"
    ),
    "All columns share 123.6 million parameters in fully connected layers.": (
        "[sum(row.parameters for row in table[-3:]) for table in tables.values()] == 5 * [123_642_856]"
    ),
    "VGG-16 has a little more than twice AlexNet's parameters and more than twenty times its work.": (
        "2 < parameters['D'] / 61_100_840 < 2.3 and macs['D'] / 716.8e6 > 20"
    ),
    "A single image leaves 58 MB of feature maps.": "round(output_megabytes) == 58",
    "With an average at the end 15 million parameters remain.": "round(short_parameters / 1e6) == 15",
    "The fully connected layers are convolutions.": (
        "dense_difference < 1e-4 and larger.shape == (2, 3, 5, 10)"
    ),
    "As published, the slim VGG is at 40 to 60 % after three epochs.": (
        "0.4 < min(slim_accuracy['as published']) and max(slim_accuracy['as published']) < 0.6"
    ),
    "With batch normalization every seed passes 70 %, and is ten points ahead of those without.": (
        "min(slim_accuracy['with batch normalization']) > max(0.7, max(slim_accuracy['as published']) + 0.1)"
    ),
    "On every seed the training loss of the stack is lower than that of the other two.": (
        "bool((final_loss['stack'] < final_loss['kernel']).all())"
        " and bool((final_loss['stack'] < final_loss['without inner ReLUs']).all())"
    ),
    "The stack's accuracy is on average more than 3 points ahead of both.": (
        "np.mean(accuracy['stack']) - 0.03"
        " > max(np.mean(accuracy['kernel']), np.mean(accuracy['without inner ReLUs']))"
    ),
    "Without inner ReLUs the stack is at the level of the kernel.": (
        "abs(np.mean(accuracy['kernel']) - np.mean(accuracy['without inner ReLUs'])) < 0.06"
    ),
    "The stack has fewer parameters, almost a quarter more MACs, and takes more than 1.3 times as long.": (
        "design_parameters['stack'] < design_parameters['kernel']"
        " and 1.2 < design_macs['stack'] / design_macs['kernel'] < 1.25 and time_ratio > 1.3"
    ),
    "1.6 points from 11 to 16 layers; D and E as quoted.": (
        "round(ONE_SIZE['A'] - ONE_SIZE['D'], 1) == 1.6 and RANDOM_SIZES['E'] == 8.0"
    ),
    "Quiz 1: 14 pixels.": (
        "int((count_paths(vgg_layers('3-1 3-1 3-1 3-1 | 3-1')[:6], 32).sum(axis=0) > 0).sum()) == 14"
    ),
    "Quiz 2: 589,824 against 1,327,104 weights.": ("(4 * 9 * 128**2, 81 * 128**2) == (589_824, 1_327_104)"),
    "Quiz 3: 411 million weights in fc1.": (
        "round(cost_table(layers['D'], (448, 448, 3))[-3].weights / 1e6) == 411"
    ),
}
