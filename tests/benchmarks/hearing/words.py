"""The words of the page."""

PAGE = """\
:html_theme.sidebar_secondary.remove: true

How well it hears
=================

How often classifiers are right about songs that they were not trained on. Scores are balanced
accuracies, the mean over the genres of the share that is right, by excerpt of three seconds and by
song, whose excerpts' log probabilities, or decision values, are added up; guessing gives 0.5 with
two genres, 0.33 with three, 0.25 with four.
*Accuracy* is the share of excerpts that are right; in the last line of each block, which always
answers the commonest genre, it is that genre's share. *s* is the time of one fit in seconds, from
waveforms to a trained classifier; rough where the machine was busy with other work
(:doc:`benchmarks` has times in turn).

.. list-table::
   :header-rows: 1

{rows}

{leads}

{rates}
How many songs it takes
-----------------------

Balanced accuracy by song of classifiers that were trained on a few songs of each genre, or on all
that a genre has where it has fewer; the mean over {draws} draws of songs, seed and test fold, and
its standard error. The draws share {n_folds} test folds, so that the true error may be larger.

.. list-table::
   :header-rows: 1

{by_songs}

A rare genre
------------

The share of a genre's excerpts that is found, where one song in {rarity} of that genre (one at
least) is left in training, and all of the others. "No weights" is ``class_weight=None``; the CNN
has its default loss, the mean squared error.

.. list-table::
   :header-rows: 1

{rare}

How it is measured
------------------

- **Folds** are those of ``StratifiedGroupKFold({n_folds}, shuffle=True, random_state=0)``: each
  classifier is trained on all folds but one and scored on that one. The music that comes along is
  split by song, a folder of songs by artist, or by song where a file names none; *groups* counts
  what a split keeps together. A score is the mean over folds and seeds; behind ± is its standard
  error over the folds. Folds share most of their training songs, so that the true error may be
  larger.
- **Seeds** on the music that comes along: {seeds[0]} of the filterbank, {seeds[1]} of the CNN; on a
  folder of songs: {folder_seeds[0]} and {folder_seeds[1]}. One of the MLP and of MiniRocket, to
  keep the run short; the SVC needs none.
- **{ours}** is :class:`~skgenre.FilterbankGenreClassifier` with its default settings.
  **{lesson}** is :class:`~skgenre.CNNGenreClassifier`, **MLP** is
  :class:`~skgenre.MLPGenreClassifier`, both otherwise with the settings of :doc:`lesson`, behind a
  :class:`~skgenre.WaveformScaler`. All have ``class_weight="balanced"`` (:doc:`guide/imbalance`).
- **{recipe}** is what many would use instead: 20 mel frequency cepstral coefficients, their means
  and deviations over time, and scikit-learn's ``SVC`` [1]_. **MiniRocket** is aeon's, with a ridge
  classifier [2]_; with more than {most_for_rocket:,} excerpts it takes minutes a fold, and is left
  out. It, the CNN and the MLP learn from samples, and are measured at 400 Hz alone.
  **{commonest}** always answers the commonest genre in training.
- **Versions**: {versions}. Machine: {cores} cores, {processor}.
- **Another computer** takes another time, and the number of threads changes no score. Another
  processor rounds differently, which moves a score about as much as another seed does
  (:doc:`guide/reproducibility`).

``python -m tests.benchmarks --only hearing --page docs/hearing.rst`` writes this page in one run;
``--songs FOLDER`` adds a folder that has a folder of songs for each genre{command}.

What the figures cannot show
----------------------------

A few songs cannot tell much. The music that comes along has 54 songs, and its rock songs are by two
bands, who are on both sides of every split: a classifier may know a band's sound rather than the
genre. One song more or less that is right moves a score by several points, and two scores whose
errors overlap are hardly told apart.

The settings of the filterbank were chosen by their mean over Emotify [3]_, the music that comes
along and spoken digits. So its figures on this page flatter it: expect a little less on other
music. Those of the CNN and the MLP are the lesson's.

Where other pages show scores of their own code, it runs for fewer epochs, on fewer excerpts or on
another split. Quote the table above.

References
----------

.. [1] Tzanetakis and Cook, "Musical genre classification of audio signals", IEEE Transactions on
   Speech and Audio Processing 10, 2002.
.. [2] Dempster, Schmidt and Webb, "MiniRocket: a very fast (almost) deterministic transform for
   time series classification", KDD 2021.
.. [3] Aljanaki, Wiering and Veltkamp, "Studying emotion induced by music through a crowdsourcing
   game", Information Processing and Management 52, 2016. 400 songs of a minute, 100 each of
   classical, electronic, pop and rock; for research, so it does not come along.
"""

RATES = """\
At which rate
-------------

{genres} of {source}, by the filterbank, one seed.

.. list-table::
   :header-rows: 1

{rows}

.. figure:: _static/hearing_rates.svg
   :alt: Balanced accuracy by excerpt and by song, and seconds of a fit, over the sample rate.

"""
