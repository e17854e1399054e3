"""What lesson 05 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with nine different seeds stayed clear of them.
"""

CLAIMS = {
    "The sizes of the feature maps are those of the lecture's table.": (
        "[row.output_shape for row in table] == [(56, 56, 64), (27, 27, 64), (27, 27, 192), (13, 13, 192),"
        " (13, 13, 384), (13, 13, 256), (13, 13, 256), (6, 6, 256), (9216,), (4096,), (4096,), (1000,)]"
    ),
    "227 without padding and 224 with padding 2 give 55; 224 without gives 54, 227 with padding 56.": (
        "[sizes[0] for sizes in first_sizes.values()] == [54, 55, 55, 56]"
    ),
    "The last map is 5x5 for 224 without padding; the other three are the same from the first pooling on.": (
        "first_sizes[224, 0][1:] == [26, 12, 5] and"
        " all(first_sizes[key][1:] == [27, 13, 6] for key in ((227, 0), (224, 2), (227, 2)))"
    ),
    "conv1: 784 KB, 23,296 parameters, 72.9 million MACs.": (
        "rows['conv1'].kilobytes == 784 and rows['conv1'].parameters == 23296"
        " and round(rows['conv1'].macs / 1e6, 1) == 72.9"
    ),
    "61,100,840 parameters, 716.8 million MACs, 2,303.2 KB.": (
        "parameters == 61100840 and round(macs / 1e6, 1) == 716.8 and round(memory, 1) == 2303.2"
    ),
    "Of 36 cells 30 agree.": (
        "len(LECTURE) * 3 == 36 and sorted(differing) == [('fc1', 0), ('fc1', 1), ('fc2', 0), ('fc3', 0),"
        " ('fc3', 1), ('flatten', 0)]"
    ),
    "One bias per input gives the slide's 37,758 K and 4,100 K.": (
        "bias_per_input == {'fc1': 37757952, 'fc3': 4100096}"
        " and [round(count / 1000) for count in bias_per_input.values()] == [37758, 4100]"
    ),
    "fc1 has 37,752,832 parameters, fc2 16,781,312, fc3 4,097,000.": (
        "[rows[name].parameters for name in ('fc1', 'fc2', 'fc3')] == [37752832, 16781312, 4097000]"
    ),
    "The slide's totals are sums of its rounded cells.": "slide_sums == [2304, 61108, 718]",
    "The fully connected outputs take 35.9 KB.": "round(fc_memory, 1) == 35.9",
    "About 1.43 billion operations, counted singly.": "round(2 * macs / 1e9, 2) == 1.43",
    "fc1 has 62 % of the parameters and 5 % of the MACs, conv2 31 % of the MACs, conv1 34 % of the memory.": (
        "[round(100 * share) for share in (rows['fc1'].parameters / parameters, rows['fc1'].macs / macs,"
        " rows['conv2'].macs / macs, rows['conv1'].kilobytes / memory)] == [62, 5, 31, 34]"
    ),
    "The fully connected layers hold nearly all parameters, the convolutions do nearly all work.": (
        "0.955 < fc_parameter_share < 0.965 and 0.915 < conv_mac_share < 0.925"
    ),
    "Keras builds the same network.": "shapes_agree and model_parameters == parameters",
    "Two cards were used at about 30 %.": "0.28 < utilization < 0.34",
    "At 0.003 the worst seed of ReLU has a lower loss than the best seed of tanh.": (
        "activation_loss['relu'][0].max() < activation_loss['tanh'][0].min()"
    ),
    "At 0.03 nothing is left of this lead.": (
        "activation_loss['relu'][-1].mean() > 0.85 * activation_loss['tanh'][-1].mean()"
    ),
    "Each at its best rate, the mean losses differ by less than a quarter.": (
        "0.8 < activation_loss['relu'].mean(axis=1).min() / activation_loss['tanh'].mean(axis=1).min() < 1.25"
    ),
    "Behind conv1 the mean derivative of tanh is above 0.45; at most half of the ReLU units are active.": (
        "min(gates['tanh'][1:]) > 0.45 and max(gates['relu'][1:]) < 0.55"
    ),
    "Keras's dropout doubles the survivors in training and changes nothing at inference.": (
        "sorted(set(dropped.ravel().tolist())) == [0, 2] and abs(dropped.mean() - 1) < 0.05"
    ),
    "With correct labels dropout makes no clear difference.": (
        "abs(dropout_test[0.0, 0.5].mean() - dropout_test[0.0, 0.0].mean()) < 0.03"
    ),
    "Without dropout nearly all wrong labels are learned.": "dropout_train[0.3, 0.0].min() > 0.95",
    "With dropout the training accuracy stays below 90 %.": "dropout_train[0.3, 0.5].max() < 0.9",
    "With wrong labels dropout gains at least 3 points on every seed.": (
        "(dropout_test[0.3, 0.5] - dropout_test[0.3, 0.0]).min() > 0.03"
    ),
    "Shifts raise the accuracy on shifted images by more than 15 points on every seed.": (
        "(augmented_shifted['shifts'] - augmented_shifted['nothing']).min() > 0.15"
    ),
    "Shifts do no harm worth speaking of on ordinary images.": (
        "augmented_test['shifts'].mean() > augmented_test['nothing'].mean() - 0.02"
    ),
    "Mirror images do harm.": (
        "augmented_test['mirror images'].mean() < augmented_test['nothing'].mean() - 0.01"
    ),
    "A weight without gradient halves in about 14,000 steps.": "13500 < halving < 14500",
    "A grouped convolution is two convolutions side by side.": "group_difference < 1e-5",
    "The towers save 2 % of the parameters and more than a third of the MACs.": (
        "paper_costs['in two towers'][0] == 60965224 and paper_costs['in one piece'][0] == 62378344"
        " and paper_costs['in two towers'][1] / paper_costs['in one piece'][1] < 0.66"
    ),
    "About 650,000 neurons.": "abs(neurons - 650_000) < 10_000",
    "Local response normalization is equation (3).": "response_difference < 1e-6",
}
