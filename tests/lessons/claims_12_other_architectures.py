"""What lesson 12 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: runs with six seeds stayed clear of them.
"""

_MEAN = "np.mean(micro['{}']['accuracy'])"
_LINE = (  # what a plain net in between would do, as the dotted line of the figure has it
    "np.interp(micro[name]['{0}'], [micro[each]['{0}'] for each in ('plain, half', 'plain')],"
    " [np.mean(micro[each]['accuracy']) for each in ('plain, half', 'plain')])"
)

CLAIMS = {
    "What is counted is what Keras has.": (
        "learned == parameters and sum(row.parameters for row in trial_rows) == trial_model.count_params()"
    ),
    "576, 64, 144, 72 and 136 weights; the last reads what the first reads.": (
        "list(connection_weights.values()) == [576, 64, 144, 72, 136]"
        " and (list(readings.values())[0] == list(readings.values())[-1]).all()"
        " and (list(readings.values())[3] == 9 * np.eye(8)).all()"
    ),
    "The factors are 9, 8, 32, 8.7, and with 5x5 25, 8, 32, 22.8.": (
        "[round(value, 1) for value in saving.values()] == [9, 8, 32, 8.7, 25, 8, 32, 22.8]"
    ),
    "By (4) it is 8.7.": "abs(1 / (1 / 256 + 1 / 9) - saving['3x3', 'separable']) < 1e-9",
    "With 8 channels the factor is 4.2.": "round(576 / 136, 1) == 4.2",
    "A 1x1 convolution is a fully connected layer at each position.": "pointwise_difference < 1e-5",
    "Network in Network has 966,986 parameters.": "parameters['Network in Network'] == 966_986",
    "84 % of them are in the convolutions that look around.": (
        "round(100 * sum(row.parameters for row in tables['Network in Network']"
        " if row.name in ('5×5', '3×3')) / 966_986) == 84"
    ),
    "The head of AlexNet would have 67 million, 70 times as many as the network less its last layer.": (
        "round(head_parameters / 1e6) == 67 and round(head_parameters / 966_986) in (69, 70)"
        " and tables['Network in Network'][-3].parameters == 1930"
    ),
    "Adding up paths is concatenating them in front of one 1x1 convolution.": "path_difference < 1e-9",
    "All the blocks have about 70,000 weights.": (
        "69_000 < min(block_weights.values()) and max(block_weights.values()) < 72_000"
        " and block_weights[32, 4] == 256 * 128 + 9 * 128 * 4 + 128 * 256"
    ),
    "1.7 points from 1 to 32 paths, 0.1 from 8 to 32.": (
        "round(REPORTED_ERROR[1, 64] - REPORTED_ERROR[32, 4], 1) == 1.7"
        " and round(REPORTED_ERROR[8, 14] - REPORTED_ERROR[32, 4], 1) == 0.1"
    ),
    "ResNeXt-50 has 25,028,904 parameters and 4.2 billion MACs.": (
        "learned['ResNeXt-50 (32x4d)'] == 25_028_904"
        " and round(macs['ResNeXt-50 (32x4d)'] / 1e9, 1) == 4.2 and depths['ResNeXt-50 (32x4d)'] == 50"
    ),
    "With one group and half the channels it is ResNet-50.": (
        "resnet_parameters == 25_557_032 and round(resnet_macs / 1e6) == 4089"
    ),
    "The last layer of block 3 reads 992 channels.": "last_reads == 992",
    "DenseNet-121 has 7,978,856 parameters, 8,062,504 with moving statistics, as Keras's has.": (
        "learned['DenseNet-121'] == 7_978_856 and dense_shipped == 8_062_504"
        " and models['DenseNet-121'].count_params() == 8_062_504 and 8_062_504 - 7_978_856 == 83_648"
    ),
    "Less than a third of ResNet-50's parameters and about 70 % of its MACs.": (
        "3 * parameters['DenseNet-121'] < resnet_parameters"
        " and 0.68 < macs['DenseNet-121'] / resnet_macs < 0.71"
    ),
    "The copies in block 3 are 20 times what is new.": "19 < pile_ratio < 21",
    "SqueezeNet has 1,248,424 and 1,235,496 parameters.": (
        "(parameters['SqueezeNet 1.0'], parameters['SqueezeNet 1.1']) == (1_248_424, 1_235_496)"
    ),
    "49 times fewer than AlexNet's, and 116 % of its MACs.": (
        "round(alexnet_parameters / parameters['SqueezeNet 1.0']) == 49"
        " and round(100 * macs['SqueezeNet 1.0'] / alexnet_macs) == 116"
    ),
    "4.8 MB.": "round(4 * parameters['SqueezeNet 1.0'] / 1024**2, 1) == 4.8",
    "Version 1.1 takes 2.4 times fewer MACs.": "round(version_ratio, 1) == 2.4",
    "MobileNet has 4.2 million parameters and 569 million MACs; Keras's has the same.": (
        "learned['MobileNet'] == 4_231_976 and round(macs['MobileNet'] / 1e6) == 569 and shapes_agree"
        " and mobile_shipped.count_params() == models['MobileNet'].count_params() == 4_253_864"
    ),
    "With standard convolutions it would be 8.6 times the work and 29.3 million parameters.": (
        "round(all_standard_macs / macs['MobileNet'], 1) == 8.6"
        " and round(all_standard_parameters / 1e6, 1) == 29.3"
    ),
    "Its MACs are 94.86, 3.06, 0.18 and 1.91 % as counted; the printed ones add up to 99.29 %.": (
        "{name: round(100 * float(shares[0]), 2) for name, shares in of_mobile.items()} =="
        " {'3×3': 1.91, 'depthwise convolution': 3.06, '1×1': 94.86, 'fully connected': 0.18}"
        " and round(94.86 + 3.06 + 1.19 + 0.18, 2) == 99.29"
    ),
    "The family has the paper's MACs.": (
        "[round(found[1] / 1e6) for found in family.values()] == [569, 325, 149, 41, 418, 291, 186]"
    ),
    "In the ImageNet networks 1x1 convolutions do between a quarter and 95 % of the work.": (
        "all(0.25 < work[name, '1×1'][1] < 0.95 for name in tables if name != 'Network in Network')"
    ),
    "Separable: with 64 channels less than 7.9 times faster, with 128 clearly faster.": (
        "layer_times[64, 'standard'] / layer_times[64, 'separable'] < 7.9"
        " and 1.2 < layer_times[128, 'standard'] / layer_times[128, 'separable']"
    ),
    "32 groups are slower than none.": (
        "layer_times[64, '32 groups'] > layer_times[64, 'standard']"
        " and layer_times[32, '32 groups'] > layer_times[32, 'standard']"
    ),
    "Split groups compute the same.": "split_difference < 1e-5",
    "Four designs are more than 3 points better than the plain net of half the width, on average.": (
        f"all({_MEAN.format('plain, half')} + 0.03 < np.mean(micro[name]['accuracy'])"
        " for name in ('Network in Network', 'ResNeXt', 'DenseNet', 'SqueezeNet'))"
    ),
    "They are above the line for their parameters, three of them for their MACs.": (
        f"all(np.mean(micro[name]['accuracy']) > {_LINE.format('parameters')}"
        " for name in ('Network in Network', 'ResNeXt', 'DenseNet', 'SqueezeNet'))"
        f" and all(np.mean(micro[name]['accuracy']) > {_LINE.format('macs')}"
        " for name in ('Network in Network', 'ResNeXt', 'SqueezeNet'))"
    ),
    "DenseNet has less than a third of the plain net's parameters, more MACs, less accuracy.": (
        "3 * micro['DenseNet']['parameters'] < micro['plain']['parameters']"
        " and 1 < micro['DenseNet']['macs'] / micro['plain']['macs'] < 1.05"
        f" and {_MEAN.format('DenseNet')} < {_MEAN.format('plain')}"
    ),
    "ResNeXt is level with the plain net, with 58 % of its parameters.": (
        f"abs({_MEAN.format('ResNeXt')} - {_MEAN.format('plain')}) < 0.04"
        " and round(100 * micro['ResNeXt']['parameters'] / micro['plain']['parameters']) == 58"
    ),
    "ResNeXt and DenseNet take more than 1.7 times as long per step.": (
        "all(min(micro[name]['milliseconds']) > 1.7 * min(micro['plain']['milliseconds'])"
        " for name in ('ResNeXt', 'DenseNet'))"
    ),
    "MobileNet is about level with the plain net of half the width, with as many parameters.": (
        f"abs({_MEAN.format('MobileNet')} - {_MEAN.format('plain, half')}) < 0.06"
        " and abs(micro['MobileNet']['parameters'] / micro['plain, half']['parameters'] - 1) < 0.05"
    ),
    "72 steps.": "CONFIG['num_train'] // CONFIG['batch_size'] * CONFIG['epochs'] == 72",
    "Quiz 1: 2,848 of 51,200 weights, 5.6 %.": (
        "sum(row.weights for row in count_network(read_network('5x5-dw 1x1-64'), (8, 8, 32))) == 2848"
        " and round(100 * 2848 / 51_200, 1) == 5.6"
    ),
    "Quiz 2: 6,912 weights.": "count_network(read_network('3x3-96-g12'), (8, 8, 96))[0].weights == 6912",
    "Quiz 4: 96 channels, 84 read.": (
        "count_network(read_network('grow(12,48)*6'), (8, 8, 24))[-1].output_shape[-1] == 96"
    ),
    "Quiz 5: 128 channels; 2,048, 1,024 and 9,216 weights.": (
        "[row.weights for row in fire_rows if row.kind == 'convolution'] == [2048, 1024, 9216]"
        " and fire_rows[-1].output_shape[-1] == 128"
    ),
    "Quiz 6: 26 % of the MACs, 31 % of the parameters.": (
        "[round(100 * half / full) for half, full in zip(family[0.5, 224], family[1, 224])] == [31, 26]"
    ),
}
