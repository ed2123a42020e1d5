package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.data.TokenizedExample;
import org.cofitune.model.BaseWeights;
import org.cofitune.model.Parameters;
import org.cofitune.search.HeldOutScorer;
import org.cofitune.search.TrialScore;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SwapExperimentTest {
  private static final List<TokenizedExample> SPECIALITY = TinyTraining.rows(5, 1);
  private static final List<TokenizedExample> VERSATILITY = TinyTraining.rows(4, 2);

  private final HeldOutScorer scorer = new HeldOutScorer(SPECIALITY, VERSATILITY, 3, 0.5);

  @TempDir private Path folder;
  private TinyPair models;

  @BeforeEach
  void tune() {
    models = TinyPair.in(folder, "1-2:ffn");
  }

  @AfterEach
  void close() {
    models.close();
  }

  @Test
  void theWholeBasePutBackIsExactlyTheBase() {
    SwapExperiment.Result result = run();

    Swap reverted = swap(result, "model", Swap.Into.TUNED);
    assertThat(reverted.speciality()).isEqualTo(result.ends().base().speciality());
    assertThat(reverted.versatility()).isEqualTo(result.ends().base().versatility());
    assertThat(reverted.specialityFromBase()).isZero();
    Swap transplanted = swap(result, "model", Swap.Into.BASE);
    assertThat(transplanted.speciality()).isEqualTo(result.ends().tuned().speciality());
    assertThat(transplanted.versatilityFromTuned()).isZero();
  }

  @Test
  void theEndsAreTheModelsScoredAlone() {
    EndScores ends = run().ends();

    same(ends.base(), scorer.score(models.base()));
    same(ends.tuned(), scored(models.pair().changed()));
    assertThat(ends.tuned().speciality()).isNotEqualTo(ends.base().speciality());
  }

  @Test
  void aPartThatDidNotChangeSwapsNothing() {
    SwapExperiment.Result result = run();

    for (String part : List.of("layer 0", "mha", "norms", "embedding", "output", "layer 3")) {
      Swap reverted = swap(result, part, Swap.Into.TUNED);
      assertThat(reverted.tensors()).isZero();
      assertThat(reverted.speciality()).isEqualTo(result.ends().tuned().speciality());
      assertThat(swap(result, part, Swap.Into.BASE).versatility())
          .isEqualTo(result.ends().base().versatility());
    }
  }

  @Test
  void aLayerPutIntoTheOtherModelIsThatModelWithTheLayersTensors() {
    SwapExperiment.Result result = run();

    Set<String> first = tensorsOf("model.layers.1.");
    Set<String> second = tensorsOf("model.layers.2.");
    TrialScore onlyFirstTuned = scored(first);
    same(swap(result, "layer 1", Swap.Into.BASE), onlyFirstTuned);
    same(swap(result, "layer 2", Swap.Into.TUNED), onlyFirstTuned);
    same(swap(result, "layer 1", Swap.Into.TUNED), scored(second));
    assertThat(swap(result, "layer 1", Swap.Into.TUNED).tensors()).isEqualTo(first.size());
  }

  @Test
  void aModuleIsSwappedInAllLayers() {
    SwapExperiment.Result result = run();

    same(swap(result, "up_proj", Swap.Into.BASE), scored(tensorsOf("up_proj")));
    assertThat(swap(result, "up_proj", Swap.Into.BASE).tensors()).isEqualTo(2);
    assertThat(swap(result, "up_proj", Swap.Into.BASE).firstLayer()).isNull();
  }

  @Test
  void everyModelIsScoredOnceAndTheBaseStaysAsItIs() {
    List<Integer> scored = new ArrayList<>();
    SwapExperiment experiment = new SwapExperiment(models.pair(), scorer);
    TrialScore before = scorer.score(models.base());

    assertThat(experiment.run(scored::add, () -> false)).isPresent();

    // none, all, each of two layers, each of three projections kept and left out
    assertThat(scored).hasSize(10).hasSize(experiment.models());
    assertThat(scorer.score(models.base())).isEqualTo(before);
  }

  @Test
  void anInterruptionEndsBeforeTheNextModel() {
    List<Integer> scored = new ArrayList<>();

    assertThat(new SwapExperiment(models.pair(), scorer).run(scored::add, () -> scored.size() == 2))
        .isEmpty();
    assertThat(scored).hasSize(2);
  }

  private SwapExperiment.Result run() {
    return new SwapExperiment(models.pair(), scorer).run(n -> {}, () -> false).orElseThrow();
  }

  private Set<String> tensorsOf(String part) {
    return models.pair().changed().stream()
        .filter(name -> name.contains(part))
        .collect(Collectors.toSet());
  }

  /** The base with some of the delta's tensors copied into it. */
  private TrialScore scored(Set<String> tuned) {
    Parameters parameters = models.base().parameters();
    try (BaseWeights before = BaseWeights.of(parameters)) {
      for (String name : tuned) {
        try (PointerScope scope = new PointerScope()) {
          parameters.assign(name, models.delta().tensor(name));
        }
      }
      TrialScore score = scorer.score(models.base());
      before.restore();
      return score;
    }
  }

  private static Swap swap(SwapExperiment.Result result, String part, Swap.Into into) {
    return result.swaps().stream()
        .filter(swap -> swap.part().equals(part) && swap.into() == into)
        .findFirst()
        .orElseThrow();
  }

  private static void same(Swap swap, TrialScore expected) {
    assertThat(swap.speciality()).isCloseTo(expected.speciality(), within(1e-9));
    assertThat(swap.versatility()).isCloseTo(expected.versatility(), within(1e-9));
  }

  private static void same(TrialScore score, TrialScore expected) {
    assertThat(score.speciality()).isCloseTo(expected.speciality(), within(1e-9));
    assertThat(score.versatility()).isCloseTo(expected.versatility(), within(1e-9));
  }
}
