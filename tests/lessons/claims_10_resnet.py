"""What lesson 10 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with other seeds stayed clear of them.
"""

CLAIMS = {
    "With gamma and beta of zero the block puts out x exactly, the plain pair nothing.": (
        "block_change == 0 and pair_output == 0"
    ),
    "A projection exactly where stride or channels differ.": (
        "[extra > 0 for extra in projections.values()] == [False, True, True, True]"
    ),
    "A 3x3 convolution of 64 channels takes 576 multiply-accumulates per number.": "9 * 64 == 576",
    "Plain and residual networks have the same number of parameters.": (
        "all(trainers['plain', b].model.count_params() == trainers['residual', b].model.count_params()"
        " for b in CONFIG['blocks'])"
    ),
    "The plain network with 31 convolutions ends with more than 20 % training error on every seed.": (
        "results['plain', 5]['train'].min() > 0.2"
    ),
    "The residual one ends with less than 2 %.": "results['residual', 5]['train'].max() < 0.02",
    "Among the residual networks both deeper ones are better than the shallow one on every seed.": (
        "all((results['residual', b]['train'] < results['residual', 1]['train']).all() for b in (3, 5))"
    ),
    "The 31-layer network is the worst of the plain ones.": (
        "results['plain', 5]['train'].min()"
        " > max(results['plain', 1]['train'].max(), results['plain', 3]['train'].max())"
    ),
    "The residual networks begin with a loss above that of guessing.": (
        "all(results['residual', b]['loss'][:, 0].min() > 2.3 for b in (3, 5))"
    ),
    "Both kinds had learned the digits, with more than 80 % of the test images right.": (
        "results['plain', 3]['test'].max() < 0.2 and results['residual', 3]['test'].max() < 0.06"
    ),
    "There are 8 paths and their sum is the gradient.": "path_count == 8 and paths_difference < 1e-12",
    "15 blocks have 32,768 paths, 96 % of which pass through 4 to 11 branches.": (
        "2**15 == 32768 and round(100 * sum(len(list(combinations(range(15), k))) for k in range(4, 12))"
        " / 2**15) == 96"
    ),
    "The plain stream stays level near 0.7.": "abs(at_start['plain']['stream'] - 0.71).max() < 0.12",
    "The residual stream grows to more than 3.": "at_start['residual']['stream'][:, -1].min() > 3",
    "Behind the last block the stream is more than twice as large as what its branch added.": (
        "(at_start['residual']['stream'][:, -1] / at_start['residual']['branch'][:, -1]).min() > 2"
    ),
    "The gradient, first over last, is about a hundred in the plain network and about twelve in the other.": (
        "all(60 < ratio < 150 for ratio in"
        " at_start['plain']['gradient'][:, 0] / at_start['plain']['gradient'][:, -1]) and"
        " all(8 < ratio < 18 for ratio in"
        " at_start['residual']['gradient'][:, 0] / at_start['residual']['gradient'][:, -1])"
    ),
    "The gradient is not shattered: cosine near 0.1 plain, above 0.85 residual.": (
        "agreement['plain'][:, 0].max() < 0.25 and agreement['residual'][:, 0].min() > 0.85"
    ),
    "Without pair 8 the residual network is wrong in less than 10 %.": (
        "without_pair['residual'][:, 7].max() < 0.1"
    ),
    "The plain network gets more than half of the digits wrong, whichever pair is missing.": (
        "without_pair['plain'].min() > 0.5"
    ),
    "Without the first pair the residual network gets more than a third wrong.": (
        "without_pair['residual'][:, 0].min() > 1 / 3"
    ),
    "Weights of blocks: 73,728 and 69,632 and 1,179,648, seventeen times as many.": (
        "list(block_weights.values()) == [73_728, 69_632, 1_179_648]"
        " and round(1_179_648 / 69_632) == 17 and 0.5 < 9 * 64 * 64 / 69_632 < 0.55"
    ),
    "Trainable parameters of the family.": (
        "list(trainable.values()) == [11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808]"
    ),
    "The depths count layers on the way.": (
        "[sum(len(plan) for plan in resnet_plan(depth).values()) + 2 for depth in RESNETS] == list(RESNETS)"
    ),
    "ResNet-50 takes 12 % more work than ResNet-34, 3.7 and 4.1 billion MACs.": (
        "round(100 * giga_macs[50] / giga_macs[34]) == 112"
        " and (round(giga_macs[34], 1), round(giga_macs[50], 1)) == (3.7, 4.1)"
    ),
    "ResNet-152 takes a quarter less work than VGG-16 with less than half of its parameters.": (
        "0.73 < giga_macs[152] / 15.47 < 0.76 and trainable[152] < 138_357_544 / 2"
    ),
    "The place of the stride changes the work of ResNet-50 by 6 %.": (
        "round(100 * giga_macs[50] / giga_published[50]) == 106"
    ),
    "The paper's counts of work are those with the stride on the first 1x1, cut after one digit.": (
        "[int(10 * giga) / 10 for giga in giga_published.values()] == [1.8, 3.6, 3.8, 7.5, 11.2]"
        " and [round(giga, 1) for giga in giga_published.values()] == [1.8, 3.7, 3.9, 7.6, 11.3]"
    ),
    "The fully connected layer of ResNet-50 holds 8 % of its parameters.": (
        "round(100 * part_sums[50, 'head'][0] * 1e6 / trainable[50]) == 8"
    ),
    "Up to ResNet-50 most parameters are in stage 5, in the deep ones in stage 4.": (
        "all(part_sums[d, 'stage5'][0] > part_sums[d, 'stage4'][0] for d in (18, 34, 50))"
        " and all(part_sums[d, 'stage5'][0] < part_sums[d, 'stage4'][0] for d in (101, 152))"
    ),
    "Keras's ResNet-50 is the same network, with 26,560 superfluous biases.": (
        "copied_layers == 107 and superfluous == 26_560 and relative_difference < 1e-3"
    ),
    "With the stride in the wrong place the answers have nothing to do with each other.": (
        "moved_difference > 0.5"
    ),
    "The toy has 223,242 parameters.": "toy_parameters == sum(by_hand) == 223_242",
    "The toy is more than three times as good as guessing on every seed.": "toy_accuracy.min() > 0.3",
    "Its training loss falls on every seed.": "(toy_loss[:, -1] < toy_loss[:, 0] - 0.3).all()",
    "At the bold rate pre-activation ends below 10 % training error on every seed.": (
        "bold['pre-activation']['train'].max() < 0.1"
    ),
    "The original is worse on every seed.": (
        "(bold['residual']['train'] > bold['pre-activation']['train']).all()"
        " and bold['residual']['train'].max() > 0.1"
    ),
    "Gradients of pre-activation agree at least as well before training.": (
        "agreement['pre-activation'][:, 0].min() > 0.9"
    ),
    "0.3 points from 101 to 152 layers; 3.5 points from plain to residual with 34.": (
        "round(ten_crop_top1['residual'][101] - ten_crop_top1['residual'][152], 1) == 0.3"
        " and round(ten_crop_top1['plain'][34] - ten_crop_top1['residual'][34], 1) == 3.5"
    ),
    "Quiz 1: 884,736 and 32,768 weights.": (
        "9 * 128 * 256 + 9 * 256 * 256 == 884_736 and 128 * 256 == 32_768 and 884_736 + 32_768 == 917_504"
    ),
    "Quiz 2: (1, 5).": (
        "((np.eye(2) + np.array([[0, 3], [0, 0]])).T @ np.array([1, 2])).tolist() == [1, 5]"
        " and ((np.eye(2) + np.array([[0, 3], [0, 0]])) @ np.array([1, 2])).tolist() == [7, 2]"
    ),
    "Quiz 4: ResNet-101 has 104 convolutions.": "convolution_count[101] == 104",
}
