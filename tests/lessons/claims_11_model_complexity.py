"""What the text of lesson 11 claims, as expressions over the lesson's variables."""

CLAIMS = {
    "AlexNet has almost half of VGG-16's parameters and a twentieth of its arithmetic.": (
        "0.4 < costs['AlexNet'].parameters / costs['VGG-16'].parameters < 0.5"
        " and 20 < costs['VGG-16'].macs / costs['AlexNet'].macs < 22"
    ),
    "DenseNet-121 has an eighth of AlexNet's parameters and fifty times its activations.": (
        "round(costs['AlexNet'].parameters / costs['DenseNet-121'].parameters) == 8"
        " and costs['DenseNet-121'].activations > 50 * costs['AlexNet'].activations"
    ),
    "MobileNet has less than a third of ResNet-18's MACs and is not three times as fast.": (
        "3 * costs['MobileNet'].macs < costs['ResNet-18'].macs and time_ratio['MobileNet'] > 1 / 3"
    ),
    "The answer's numbers, in millions.": (
        "[round(costs[name].macs / 1e6) for name in ('DenseNet-121', 'AlexNet', 'MobileNet')]"
        " == [2834, 717, 569]"
        " and [round(costs[name].parameters / 1e6, 1)"
        " for name in ('AlexNet', 'DenseNet-121', 'MobileNet')]"
        " == [61.1, 8.0, 4.2]"
        " and [round(costs[name].activations / 1e6, 2)"
        " for name in ('DenseNet-121', 'MobileNet', 'AlexNet')]"
        " == [33.12, 10.09, 0.59]"
    ),
    "VGG-19 has the most parameters, ResNet-152 the most activations, AlexNet the fewest.": (
        "max(costs, key=lambda name: costs[name].parameters) == 'VGG-19'"
        " and max(costs, key=lambda name: costs[name].activations) == 'ResNet-152'"
        " and min(costs, key=lambda name: costs[name].activations) == 'AlexNet'"
    ),
    "Parameters are used 12 times in AlexNet, 667 times in SqueezeNet, 160 times in ResNet-50.": (
        "[round(costs[name].macs / costs[name].parameters)"
        " for name in ('AlexNet', 'SqueezeNet', 'ResNet-50')]"
        " == [12, 667, 160]"
    ),
    "SqueezeNet has 2 % of AlexNet's parameters and 16 % more MACs.": (
        "round(100 * costs['SqueezeNet'].parameters / costs['AlexNet'].parameters) == 2"
        " and round(100 * costs['SqueezeNet'].macs / costs['AlexNet'].macs) == 116"
    ),
    "Two counters agree to the last digit.": (
        "len(checked) == 6 and all(checked[name] == costs[name].macs for name in checked)"
    ),
    "ResNet-50 has 4.09 billion MACs, ResNet-18 1.81.": (
        "round(costs['ResNet-50'].macs / 1e9, 2) == 4.09 and round(costs['ResNet-18'].macs / 1e9, 2) == 1.81"
    ),
    "EfficientNet-Lite0 has 385 million.": "round(costs['EfficientNet-Lite0'].macs / 1e6) == 385",
    "The grouped convolutions are 5 % of ResNeXt-50.": (
        "round(100 * sum(row.macs"
        " for row in count_network(read_network(course_text('ResNeXt-50')), (224, 224, 3))"
        " if row.name.endswith('grouped')) / costs['ResNeXt-50'].macs) == 5"
    ),
    "A fetch costs 139 MACs.": "round(FETCH / (MULTIPLY + ADD)) == 139",
    "Weights cost more than arithmetic in six networks.": (
        "{name for name, parts in energy.items() if parts['weights'] > parts['arithmetic']}"
        " == {'AlexNet', 'ZFNet', 'VGG-16', 'VGG-19', 'MobileNet', 'EfficientNet-Lite0'}"
    ),
    "Batches of about 30 and 3,000; networks with almost equally many parameters.": (
        "28 < largest_batch['ResNet-152'] < 33 and 2900 < largest_batch['AlexNet'] < 3200"
        " and min(largest_batch, key=largest_batch.get) == 'ResNet-152'"
        " and max(largest_batch, key=largest_batch.get) == 'AlexNet'"
        " and abs(costs['ResNet-152'].parameters / costs['AlexNet'].parameters - 1) < 0.02"
    ),
    "With a batch of 32 DenseNet-121 needs more memory than VGG-16, with a 17th of its parameters.": (
        "costs['DenseNet-121'].training_bytes(32) > costs['VGG-16'].training_bytes(32)"
        " and round(costs['VGG-16'].parameters / costs['DenseNet-121'].parameters) == 17"
    ),
    "MACs relative to ResNet-18.": (
        "round(1 / macs_ratio['MobileNet'], 1) == 3.2"
        " and round(1 / macs_ratio['EfficientNet-Lite0'], 1) == 4.7"
        " and round(macs_ratio['VGG-16'], 1) == 8.5"
        " and round(100 * costs['ResNeXt-50'].macs / costs['ResNet-50'].macs) == 103"
    ),
    "The batch has 2.6 times the arithmetic of one image.": "round(32 * (side / 224) ** 2, 1) == 2.6",
    "ResNeXt-50 takes clearly longer than ResNet-50.": (
        "time_ratio['ResNeXt-50'] > 1.3 * time_ratio['ResNet-50']"
    ),
    "The mobile networks' and AlexNet's MACs take longer than ResNet-18's.": (
        "all(per_mac[name] > 1.15 for name in ('MobileNet', 'EfficientNet-Lite0', 'AlexNet'))"
    ),
    "VGG-16's MACs are about as cheap as ResNet-18's.": "0.6 < per_mac['VGG-16'] < 1.5",
    "AlexNet, EfficientNet-Lite0 and MobileNet have the lowest intensities.": (
        "set(sorted(intensity, key=intensity.get)[:3]) == {'AlexNet', 'EfficientNet-Lite0', 'MobileNet'}"
        " and max(intensity, key=intensity.get) == 'VGG-16'"
    ),
    "Depthwise: 256 times fewer MACs, far less in time; 490 and 2 FLOPs per byte.": (
        "fewer_macs == 256 and 2 < less_time < 128"
        " and [round(2 * one.macs / (4 * (2 * map_size + one.parameters / 8)), 1)"
        " for one in layer_counts.values()] == [486.6, 2.2]"
    ),
    "VGG: 15 points over AlexNet; GoogLeNet: a tenth of its work, a twentieth of its parameters.": (
        "round(top1['VGG-16'] - top1['AlexNet']) == 15"
        " and round(costs['VGG-16'].macs / costs['GoogLeNet'].macs) == 10"
        " and round(costs['VGG-16'].parameters / costs['GoogLeNet'].parameters) == 20"
    ),
    "The second set of weights of ResNet-50: 4.7 points, more than to ResNet-152.": (
        "round(80.858 - top1['ResNet-50'], 1) == 4.7 > top1['ResNet-152'] - top1['ResNet-50']"
    ),
    "The edges of the stairs.": (
        "[{name for name in price if affordable(price[name], price, top1) == top1[name]}"
        " for price in prices.values()] == ["
        "{'EfficientNet-Lite0', 'ResNet-50', 'ResNeXt-50', 'ResNet-152'},"
        " {'SqueezeNet', 'MobileNet', 'EfficientNet-Lite0', 'ResNeXt-50', 'ResNet-152'},"
        " {'AlexNet', 'ZFNet', 'GoogLeNet', 'MobileNet', 'EfficientNet-Lite0', 'ResNet-50', 'ResNeXt-50',"
        " 'ResNet-152'}]"
    ),
    "No two networks have the same accuracy.": "len(set(top1.values())) == len(top1) == len(costs) == 13",
    "Labels of the bubbles do not overlap.": (
        "not any(a.get_window_extent().overlaps(b.get_window_extent()) for a in bubble_texts.values()"
        " for b in bubble_texts.values() if a is not b)"
    ),
    "Quiz 2: 308 million more, and ResNet-50 four times.": (
        "round(3 * 7 * 7 * 512 * 4096 / 1e6) == 308"
        " and 3.9 < complexity_of(COURSE_NETWORKS['ResNet-50'], (448, 448, 3)).macs"
        " / costs['ResNet-50'].macs < 4.1"
    ),
    "Quiz 4: 5.24 GB, 2.68 GB.": (
        "Complexity(10_000_000, 0, 20_000_000).training_bytes(64) == 5_240_000_000"
        " and 5_240_000_000 - 5_120_000_000 // 2 == 2_680_000_000"
    ),
    "299 pixels: a factor of 1.8.": "round((299 / 224) ** 2, 1) == 1.8",
}
