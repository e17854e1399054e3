"""What lesson 04 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson.
"""

CLAIMS = {
    "18,833 images are missing, so at least 34 classes are short.": (
        "missing == 18_833 and fewest_short_classes == 34"
    ),
    "There are 1,000 classes, and some names stand for two of them, such as crane.": (
        "len(class_names) == 1000 and class_names.count('crane') == 2"
    ),
    "Five kinds of cat, but no class for persons, astronauts, or flowers in general.": (
        "sum('cat' in name.lower().split() for name in class_names) == 5"
        " and not {'person', 'astronaut', 'flower'} & set(' '.join(class_names).lower().split())"
    ),
    "A shift by a half leaves one third, a shift by a third exactly one half.": (
        "abs(counted['shifted by a half'] - 1 / 3) < 1e-12 and counted['shifted by a third'] == 0.5"
    ),
    "Counting cells and the formula give the same IoU.": (
        "all(abs(box_overlap(guess, true_box) - counted[name]) < 1e-12 for name, guess in PAIRS.items())"
    ),
    "The IoU falls to one half at 33, 18, and 21 percent of the side.": (
        "[round(100 * limits[name]) for name in ('sideways', 'sideways and down', 'too large on all sides')]"
        " == [33, 18, 21]"
    ),
    "The curves are (1 - s)/(1 + s), q/(2 - q) with q = (1 - s)^2, and 1/(1 + 2s)^2.": (
        "abs(curves['sideways'] - (1 - shift) / (1 + shift)).max() < 1e-12"
        " and abs(curves['sideways and down'] - (1 - shift)**2 / (2 - (1 - shift)**2)).max() < 1e-12"
        " and abs(curves['too large on all sides'] - 1 / (1 + 2 * shift)**2).max() < 1e-12"
    ),
    "By hand: classification 0, localization one half; the tower's box 0.77, the rocket's 0.26.": (
        "by_hand[0][0] == 0 and by_hand[1][0] == 0.5"
        " and round(float(box_overlap(guesses[2][1], truth[1][1])), 2) == 0.77"
        " and round(float(box_overlap(guesses[0][1], truth[0][0])), 2) == 0.26"
    ),
    "The separate minima would give 0: guess 2 has an excellent box.": (
        "box_overlap(guesses[1][1], truth[0][0]) > 0.75"
    ),
    "The localization error of an image is never less than its classification error.": (
        "bool((localization >= classification).all())"
    ),
    "The made-up entry errs on about 10 % of the images.": "abs(classification.mean() - 0.0995) < 0.005",
    "Five random guesses: 99.5 %.": "abs(ilsvrc_errors(*chance)[0].mean() - 0.995) < 0.002",
    "The formulas, followed one by one, give the same results.": "largest_difference == 0",
    "The arrays are more than 100 times faster.": "speedup > 100",
    "Ten pixels ruin about a third of the boxes around small objects, next to none around large ones.": (
        "0.3 < at_ten_pixels[50] < 0.4 and at_ten_pixels[100] < 0.02 and at_ten_pixels[200] < 0.001"
    ),
    "Coffee: espresso; further down cup and coffee mug.": (
        "class_names[top_five[0][0]] == 'espresso'"
        " and {'cup', 'coffee mug'} <= {class_names[k] for k in top_five[0]}"
    ),
    "The cat: first Egyptian cat, third tabby.": (
        "[class_names[top_five[1][i]] for i in (0, 2)] == ['Egyptian cat', 'tabby']"
    ),
    "The rocket: missile, then projectile.": (
        "[class_names[k] for k in top_five[4][:2]] == ['missile', 'projectile']"
    ),
    "The astronaut: bobsled, football helmet, go-kart; no space shuttle among the five.": (
        "[class_names[k] for k in top_five[5][:3]] == ['bobsled', 'football helmet', 'go-kart']"
        " and shuttle_rank > 5"
    ),
    "The wrong bobsled has 27 %, the right missile 31 %.": (
        "abs(probabilities[5].max() - 0.265) < 0.02 and abs(probabilities[4].max() - 0.312) < 0.02"
    ),
    "The label is found for five of six photographs, label and box for three.": (
        "photo_errors[0].sum() == 1 and photo_errors[1].sum() == 3"
    ),
    "Tripod and rocket are errors of localization though the label was the first guess.": (
        "all(class_names[photo_guesses[name][0][0]] == OUR_TRUTH[name][0] and fits[name] < 0.5"
        " for name in ('camera', 'rocket'))"
    ),
    "Every crop of the cup shows an espresso.": "set(first_guesses['coffee']['crops']) == {'espresso'}",
    "Most crops of the rocket answer drilling platform, and so does their average.": (
        "first_guesses['rocket']['crops'].count('drilling platform') > 5"
        " and first_guesses['rocket']['average'] == 'drilling platform'"
    ),
    "The palace loses its first place.": (
        "first_guesses['china']['single'] == 'palace' and first_guesses['china']['average'] != 'palace'"
    ),
    "Both labels stay among the five best.": (
        "'palace' in first_guesses['china']['top five'] and 'missile' in first_guesses['rocket']['top five']"
    ),
    "Winners became better every year.": "all(share > 0 for share in removed.values())",
    "AlexNet removed 36 % of the errors, GoogLeNet 43 %, ResNet 46 %, more than any other.": (
        "[round(100 * removed[year]) for year in (2012, 2014, 2015)] == [36, 43, 46] and biggest_year == 2015"
    ),
    "SENet removed a quarter, as its authors write.": "round(100 * removed[2017]) == 25",
    "Only the winners from 2015 on are below the human error.": (
        "[year for year in years if winners[year] < 5.1] == [2015, 2016, 2017]"
    ),
    "Every result names a source, and every source is used.": (
        "{row[-1] for row in RESULTS + SLIDES} == set(SOURCES)"
    ),
    "The interval of the person, 4.0 to 6.2 %, contains 4.94 %.": (
        "[round(100 * limit, 1) for limit in intervals['person, 1,500 images']] == [4.0, 6.2]"
    ),
    "With 100,000 images the interval is 0.15 points to each side.": (
        "abs(np.diff(intervals['GoogLeNet, 100,000 images'])[0] / 2 - 0.0015) < 0.0001"
    ),
}
