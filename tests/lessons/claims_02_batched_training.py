"""What lesson 02 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room: several runs on a busy machine, and trainings and noise with other seeds, stayed clear
of them. Times are compared only within one run, and only where the difference is a large factor.
"""

CLAIMS = {
    "Fourteen samples in batches of four: four steps, the last with two samples, nothing dropped.": (
        "[len(b[0]) for b in diaries['arrays, shuffle=False'].training] == [4, 4, 4, 2] * 3 and"
        " all(sorted(np.concatenate([b[0] for b in d.training[:4]])) == list(range(14))"
        " for d in diaries.values())"
    ),
    "Once a seed is set, fit deals arrays in the same order in every epoch; tf.data does not.": (
        "orders['arrays, shuffle=True, seed set'] == 1 and orders['tf.data with shuffle, seed set'] == 3"
    ),
    "Without a seed every epoch has a new order.": "orders['arrays, shuffle=True, no seed'] == 3",
    "1,280 images in batches of 100 are 13 steps, the last with 80 images.": (
        "batch_lengths == [100] * 12 + [80]"
    ),
    "Sixteen of the slide's nineteen arguments are there, in the same order, with the same defaults.": (
        "len(lecture_signature) == 19 and len(today) == 16 and"
        " list(today.items()) == list(still_there.items())"
    ),
    "Three have moved to PyDataset, with the same defaults.": (
        "gone == of_data_set == {'max_queue_size': 10, 'workers': 1, 'use_multiprocessing': False}"
    ),
    "What the table says about the arguments holds.": "len(checks) == 12 and all(checks.values())",
    "On sorted data validation_split validates on the last classes; training never sees a 9.": (
        "9 not in learned and 9 in validated and min(validated) >= 7"
    ),
    "Four workers load side by side.": "loading_seconds[4] < 0.75 * loading_seconds[1]",
    "Steps on the same images lower its loss.": "first_losses[-1] < 0.8 * first_losses[0]",
    "A stream gives the same batches again, and each epoch has an order of its own.": (
        "first_labels == first_labels_again and len({tuple(labels) for labels in first_labels}) == 3"
    ),
    "fit and the loop arrive at the same weights and the same history.": (
        "weight_change > 0.1 and weight_difference < 1e-4 and history_difference < 1e-3"
    ),
    "In the first epoch the reported training loss is higher than the validation loss.": (
        "history_of_fit['loss'][0] > 1.5 * history_of_fit['val_loss'][0]"
    ),
    "With the weights at the end the training loss is lower than fit reports it.": (
        "with_final_weights < 0.8 * history_of_fit['loss'][-1]"
    ),
    "A graph is several times faster than operation by operation.": (
        "graph_seconds['operation by operation'] > 2 * graph_seconds['as a graph']"
    ),
    "A step with 128 images takes less than ten times as long as one with one image.": (
        "step_seconds[128] < 10 * step_seconds[1]"
    ),
    "An epoch with 64 images per step is more than five times faster than with one.": (
        "epoch_seconds[1] > 5 * epoch_seconds[64]"
    ),
    "The time per image falls by more than a factor of ten in all.": (
        "image_seconds[1] > 10 * min(image_seconds.values())"
    ),
    "Sizes between powers of two lie on the line through the powers.": (
        "len(ratios) >= 10 and 0.8 < np.median(list(ratios.values())) < 1.25 and max(ratios.values()) < 1.6"
    ),
    "65 is as good as 64.": "step_seconds[65] < 1.4 * step_seconds[64]",
    "From a few tens of images on the activations are the larger part of the memory.": (
        "10 < 2 * weights_kb / activations_kb < 100"
    ),
    "Measured memory grows in proportion to the batch, by one to about three times the activations.": (
        "0.8 < memory_slope_kb / activations_kb < 4 and"
        " 0.6 < (peaks[-2] - peaks[-3]) / (peaks[-1] - peaks[-2]) * 2 < 1.6"
    ),
    "Four portions of 8 accumulate to one batch of 32.": (
        "accumulated_change > 0.01 and accumulated_difference < 1e-5"
    ),
    "The measured noise of the gradient follows equation (7).": (
        "all(abs(found['measured'] / found['predicted'] - 1).max() < 0.4 and"
        " abs((found['measured'] / found['predicted']).mean() - 1) < 0.12 for found in noise_at.values())"
    ),
    "At the start a few tens of images are enough for more signal than noise.": (
        "5 < noise_scale['at the start'] < 80"
    ),
    "After an epoch it takes hundreds, since the signal has shrunk more than the spread.": (
        "noise_scale['after one epoch'] > 100 and"
        " noise_scale['after one epoch'] > 3 * noise_scale['at the start'] and"
        " noise_at['after one epoch']['spread'] < noise_at['at the start']['spread']"
    ),
    "Steps: 256 with the smallest batch, 4 with the full one.": (
        "losses_of[20].shape[1] == 256 and losses_of[1280].shape[1] == 4"
    ),
    "With the fixed rate accuracy falls from above 90 % to below one half.": (
        "accuracy['fixed rate'][0].min() > 0.9 and accuracy['fixed rate'][-1].max() < 0.5 and"
        " (np.diff(accuracy['fixed rate'].mean(axis=1)) < 0.01).all()"
    ),
    "With the rate in proportion all sizes up to 80 reach what the smallest reaches, within a few points.": (
        "accuracy['rate in proportion'][: batch_sizes.index(80) + 1].min()"
        " > accuracy['fixed rate'][0].mean() - 0.06"
    ),
    "At 160 the proportional rate is far ahead of the fixed one on average.": (
        "(accuracy['rate in proportion'] - accuracy['fixed rate'])[batch_sizes.index(160)].mean() > 0.05"
    ),
    "At 1,280 images the proportional rate diverges.": "accuracy['rate in proportion'][-1].max() < 0.35",
    "With as many steps the large batch learns as fast at the fixed rate.": (
        "patient_losses.shape == losses_of[20].shape and"
        " patient_accuracy.min() > accuracy['fixed rate'][0].mean() - 0.04"
    ),
    "Step by step it is quieter.": (
        "patient_losses[:, -64:].std(axis=1).mean() < 0.6 * losses_of[20][:, -64:].std(axis=1).mean()"
    ),
    "Two devices give the losses and the weights of one.": (
        "strategy.num_replicas_in_sync == 2 and device_difference < 1e-4 and"
        " abs(mirrored_losses - single_losses).max() < 1e-4"
    ),
    "Each device sees half of the batch.": "share_sizes == [50, 50]",
    "The sum of the devices' means is twice the loss; the sum of the parts is the loss.": (
        "abs(sum_of_means / true_loss - 2) < 1e-3 and abs(sum_of_parts / true_loss - 1) < 1e-3"
    ),
}
