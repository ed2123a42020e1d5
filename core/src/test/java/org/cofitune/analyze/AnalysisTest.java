package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.search.TrialScore;
import org.junit.jupiter.api.Test;

final class AnalysisTest {
  private static final EndScores ENDS = new EndScores(score(0, 50), score(10, 40));

  @Test
  void theBestPartsRestoreMoreThanTheyCost() {
    Analysis analysis =
        analysis(
            swap("all", ModelPart.Kind.MODEL, Swap.Into.TUNED, 0, 50),
            swap("dear", ModelPart.Kind.LAYER, Swap.Into.TUNED, 2, 41),
            swap("good", ModelPart.Kind.LAYER, Swap.Into.TUNED, 9, 45),
            swap("best", ModelPart.Kind.QUARTER, Swap.Into.TUNED, 9, 48),
            swap("best again", ModelPart.Kind.FIRST_LAYERS, Swap.Into.TUNED, 9, 48),
            swap("other way", ModelPart.Kind.LAYER, Swap.Into.BASE, 9, 49));

    assertThat(analysis.bestReverted()).extracting(Swap::part).containsExactly("best", "good");
    assertThat(AnalysisText.of(analysis))
        .contains(
            "putting base best back restores 80.0 % of the lost V at 10.0 % of the gained S\n"
                + "putting base good back restores 50.0 % of the lost V at 10.0 % of the gained"
                + " S\n");
  }

  @Test
  void whereNoPartIsWorthItTheTextSaysSo() {
    Analysis analysis = analysis(swap("dear", ModelPart.Kind.LAYER, Swap.Into.TUNED, 2, 41));

    assertThat(analysis.bestReverted()).isEmpty();
    assertThat(AnalysisText.of(analysis)).contains("no part gives back a larger share");
  }

  @Test
  void aLineForEveryLayerAndForWhatMoved() {
    String text = AnalysisText.of(analysis());

    assertThat(text)
        .contains("changed  1 tensors\n")
        .containsPattern("(?m)^0 +-3.00 +-2.00 +\\+1.00 +25.0 % +0.9000 +-3.00")
        .containsPattern("(?m)^1 +-1.00 +-0.50 +\\+0.50 +75.0 % +0.5000 +-1.00")
        .containsPattern("(?m)^1 +- +2.50e-01$");
  }

  @Test
  void theFileHasKeysInSnakeCaseAndNoNumberWhereThereIsNone() {
    JsonNode json =
        analysis(swap("q_proj", ModelPart.Kind.MODULE, Swap.Into.TUNED, 2, 41)).toJson();

    assertThat(names(json))
        .containsExactly(
            "format", "base", "tuned", "layers", "changed", "scores", "readings", "drift", "swaps");
    assertThat(names(json.at("/readings/speciality/base")))
        .containsExactly(
            "log_probability", "target_top1", "final_top1", "final_kl", "mean_rank", "median_rank");
    assertThat(json.at("/readings/versatility/similarity/cka/0").isNull()).isTrue();
    assertThat(json.at("/swaps/0/first_layer").isMissingNode()).isTrue();
    assertThat(json.at("/swaps/0/kind").asText()).isEqualTo("module");
    assertThat(json.at("/swaps/0/into").asText()).isEqualTo("tuned");
    assertThat(json.at("/scores/tuned/speciality").asDouble()).isEqualTo(10);
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Analysis analysis(Swap... swaps) {
    LensReadings base = lens(List.of(-3.0, -1.0), List.of(0.0, 0.5));
    LensReadings tuned = lens(List.of(-2.0, -0.5), List.of(0.25, 0.75));
    SimilarityReadings similarity =
        new SimilarityReadings(List.of(0.9, 0.5), Arrays.asList(null, 0.5));
    RowReadings rows = new RowReadings(2, 4, base, tuned, similarity);
    return new Analysis(
        Analysis.FORMAT,
        "base",
        "tuned",
        2,
        List.of("model.layers.1.mlp.up_proj.weight"),
        ENDS,
        new Analysis.Readings(rows, rows),
        new Drift(
            List.of("gate_proj", "up_proj"),
            List.of(List.of(0.0, 0.0), List.of(0.0, 0.25)),
            Map.of()),
        List.of(swaps));
  }

  private static LensReadings lens(List<Double> logProbability, List<Double> top1) {
    List<Double> ones = List.of(1.0, 1.0);
    return new LensReadings(logProbability, top1, ones, ones, ones, List.of(1, 1));
  }

  private static Swap swap(
      String name, ModelPart.Kind kind, Swap.Into into, double speciality, double versatility) {
    ModelPart part = new ModelPart(kind, name, null, Set.of("a"));
    return Swap.of(part, into, 1, score(speciality, versatility), ENDS);
  }

  private static TrialScore score(double speciality, double versatility) {
    return TrialScore.weighed(speciality, versatility, 0.5);
  }
}
