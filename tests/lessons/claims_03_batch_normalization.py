"""What lesson 03 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: several runs on different machines and with other seeds stayed clear of them.
"""

CLAIMS = {
    "The variance of the normalized values is variance / (variance + epsilon), a little less than 1.": (
        "abs(normalized.var() - sigma2 / (sigma2 + epsilon)) < 1e-12 and normalized.var() < 1"
    ),
    "Keras normalizes each channel of a feature map over batch, rows, and columns.": (
        "all(abs(normalized_maps[..., k].mean()) < 1e-3 for k in range(3)) and"
        " all(0.95 < normalized_maps[..., k].std() < 1.0001 for k in range(3))"
    ),
    "Channel 2 comes out a little narrower than the others.": (
        "normalized_maps[..., 2].std() < 0.98 < min(normalized_maps[..., k].std() for k in (0, 1))"
    ),
    "Single images keep their differences.": "max(abs(mean) for mean in one_image_means) > 0.02",
    "A batch of one feature vector is wiped out: the output is beta.": "bool((lonely_output == 7).all())",
    "It takes about 300 steps until the moving variance is within 5 %.": "280 <= steps_until_close <= 310",
    "Keras keeps the biased variance.": "abs(kept_variance - four_numbers.var()) < 1e-5",
    "The table lists every argument of the Keras layer.": (
        "set(signature) == {'self', 'axis', 'momentum', 'epsilon', 'center', 'scale', 'beta_initializer',"
        " 'gamma_initializer', 'moving_mean_initializer', 'moving_variance_initializer', 'beta_regularizer',"
        " 'gamma_regularizer', 'beta_constraint', 'gamma_constraint', 'renorm', 'renorm_clipping',"
        " 'renorm_momentum', 'synchronized', 'kwargs'}"
    ),
    "Only training=True on a trainable layer updates the moving statistics.": (
        "[row[3] for row in rows] == [False, True, False]"
    ),
    "A frozen layer normalizes with the moving statistics, also with training=True.": (
        "rows[2][2] > 1.5 and abs(rows[1][2] - 1) < 0.01"
    ),
    "The gradient of a bias in front of BN is rounding error.": "bias_to_beta < 1e-4",
    "Automatic differentiation, finite differences and equation (12) agree.": (
        "abs(by_tape - by_nudging).max() < 1e-6 and abs(by_hand - by_tape[i]) < 1e-9"
    ),
    "The gradient of the inputs sums to zero.": "abs(by_tape.sum()) < 1e-10",
    "Two values get no gradient.": "abs(pair_gradient).max() < 1e-6",
    "The mean term is the same for all examples.": "float(np.ptp(through_mean)) < 1e-12",
    "Without BN and with the default initializer, no seed gets beyond 45 % at the rates 0.01 and 0.1.": (
        "rate_accuracy['without BN'][:2].max() < 0.45"
    ),
    "With He initialization every seed passes 75 % at 0.1.": (
        "rate_accuracy['without BN, He init'][rates.index(0.1)].min() > 0.75"
    ),
    "At a rate of 3 no seed without BN passes 30 %.": (
        "max(rate_accuracy[name][-1].max() for name in ('without BN', 'without BN, He init')) < 0.3"
    ),
    "With BN every seed passes 90 % at 0.3, 1, and 3.": "rate_accuracy['with BN'][2:].min() > 0.9",
    "At 0.01 a few epochs are too short with BN too.": "rate_accuracy['with BN'][0].max() < 0.85",
    "After one epoch four fifths of the moving variance are still the starting value.": (
        "0.78 < 0.99**steps_per_epoch < 0.83"
    ),
    "After the first epoch every seed loses more than 20 points at inference with momentum 0.99.": (
        "(by_batch[:, 0] - by_moving[0.99][:, 0]).min() > 0.2"
    ),
    "With batch statistics every seed is above 80 % after the first epoch.": "by_batch[:, 0].min() > 0.8",
    "With momentum 0.9 less than 3 points are missing after the last epoch.": (
        "abs(by_batch[:, -1] - by_moving[0.9][:, -1]).max() < 0.03"
    ),
    "Recomputing the statistics repairs a trapped network.": "accuracy_after > accuracy_before + 0.15",
    "The batch mean scatters by sigma over root m.": "abs(scatter_to_theory - 1).max() < 0.1",
    "The training loss with groups of two is more than twice that with the largest groups, on every seed.": (
        "(group_loss[0] / group_loss[-1]).min() > 2"
    ),
    "Tested in their own groups, the networks trained on pairs stay below 90 %.": (
        "group_accuracy[0].max() < 0.9"
    ),
    "The statistics of the population recover most of what noise costs.": (
        "(population_accuracy[0] - group_accuracy[0]).min() > 0.05 and population_accuracy[0].min() > 0.9"
    ),
    "A fully connected layer with BN behind it is one fully connected layer.": "fold_difference < 1e-4",
    "Ten times the kernel: the same outputs, a tenth of the gradient.": (
        "output_change < 1e-3 and abs(gradient_ratio - 10) < 0.1"
    ),
    "With noise the mean of the channel moves more than five times as far per step.": (
        "drift_per_step['with BN and noise'] > 5 * drift_per_step['with BN']"
    ),
    "On every seed the training loss of the noisy network falls below 0.5.": (
        "last_epoch_loss['with BN and noise'].max() < 0.5"
    ),
    # A run that diverged ends in nan, which is not below anything.
    "At that rate the network without BN diverges or does no better than guessing.": (
        "not (last_epoch_loss['without BN, He init'] < 2.2).any()"
    ),
}
