package org.cofitune.benchmarks.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultsReportTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  @BeforeEach
  void keepAComparison() throws IOException {
    Files.writeString(
        folder.resolve("report.json"),
        """
        {"settings": [{"name": "toy", "speciality": "sums", "versatility": "tales"}],
         "family": ["region", "cofitune"],
         "ablations": [{"change": "a mask", "method": "cofitune", "against": "region"}]}
        """);
    Path kept = Files.createDirectory(folder.resolve("toy"));
    Files.writeString(
        kept.resolve("recipe.yaml"),
        """
        max_steps: 7
        per_device_train_batch_size: 3
        compare:
          methods:
            - {name: full, method: full}
            - {name: region-search, region: '1-2:ffn'}
            - {name: region-random, region: '0-0:mha'}
        """);
    Toy full = new Toy("full", List.of(20.0, 20.2), List.of(10.0, 10.2));
    Toy region = new Toy("region", List.of(19.0, 19.2), List.of(15.0, 15.3));
    Toy cofitune = new Toy("cofitune", List.of(15.0, 14.9), List.of(16.0, 15.0));
    Files.writeString(
        kept.resolve("table.json"),
        """
        {"rows": [
          {"method": "base", "seeds": 1, %s},
          %s, %s, %s]}
        """
            .formatted(
                measures(Toy.BASE_SPECIALITY, Toy.BASE_VERSATILITY),
                full.row(full),
                region.row(full),
                cofitune.row(full)));
    Files.writeString(
        kept.resolve("trials.jsonl"),
        """
        {"method": "full", "learning_rate": 0.001, "seed": 1, "score": {"speciality": 1, "versatility": 2}}
        {"method": "full", "learning_rate": 0.01, "seed": 1, "score": {"speciality": 3, "versatility": 4}}
        {"method": "region", "learning_rate": 0.001, "seed": 1, "score": {"speciality": 1.25, "versatility": 3}}
        {"method": "cofitune", "learning_rate": 0.001, "seed": 1, "score": {"speciality": 9, "versatility": 3.5}}
        {"method": "full", "learning_rate": 0.001, "seed": 2, "score": {"speciality": 9, "versatility": 9}}
        """);
  }

  @Test
  void theBestByUniIsNamedWithItsLeadAndWhetherItIsBeyondTheInterval() throws IOException {
    assertThat(ResultsReport.markdown(folder))
        .contains("**Best by uni: region, 17.13 [17.12, 17.14].**")
        .contains("lead over the full fine-tune is +2.03 [+1.71, +2.34], beyond the 95 % interval")
        .contains("A method that trains a region wins here.");
  }

  @Test
  void theClaimIsJudgedByTheDifferenceOfVersatilityAndTheShareOfTheGain() throws IOException {
    assertThat(ResultsReport.markdown(folder))
        .contains("- region: passes in 1 of 1 settings")
        .contains("- cofitune: passes in 0 of 1 settings")
        .contains("| toy | region | 75.8 [74.8, 76.8] |", "| holds | none |");
  }

  @Test
  void theFullFineTuneIsAskedForWhatItLearnsWhereItForgetsAsMuch() throws IOException {
    assertThat(ResultsReport.markdown(folder))
        .contains("- toy: region 1.25, full 2.00; cofitune 9.00, full 2.50. Behind full: region.");
  }

  @Test
  void aDifferenceWhoseIntervalHasZeroIsNoise() throws IOException {
    assertThat(ResultsReport.markdown(folder))
        .containsPattern("\\| a mask \\| cofitune .* minus region .*\\| noise \\|");
  }

  @Test
  void theRatesOfTheFirstSeedAreShownAndAnEdgeIsNamed() throws IOException {
    assertThat(ResultsReport.markdown(folder))
        .contains("| method | 0.001 | 0.01 |", "| full | 1.00 / 2.00 | 3.00 / 4.00 |")
        .contains("The lowest or the highest rate was chosen for full");
  }

  @Test
  void theReportInTheRepositoryIsWrittenFromTheFilesInIt() throws IOException {
    assertThat(REPOSITORY.resolve("RESULTS.md"))
        .content()
        .isEqualTo(ResultsReport.markdown(REPOSITORY.resolve("results/compare")));
  }

  /** A method that is trained with two seeds. */
  private record Toy(String method, List<Double> speciality, List<Double> versatility) {
    static final double BASE_SPECIALITY = 10;
    static final double BASE_VERSATILITY = 20;

    String row(Toy full) {
      return """
          {"method": "%s", "seeds": 2, "learning_rate": 0.001,
           "parts": [{"keep": 1.0, "alpha": 0.5}, {"keep": 1.0, "alpha": 0.75}],
           "trained_percent": 12.34, "pareto": true, "against_full": [%s, %s], %s}"""
          .formatted(
              method,
              against(full, 0),
              against(full, 1),
              measures(mean(speciality), mean(versatility)));
    }

    private String against(Toy full, int seed) {
      return """
          {"tasks": [{"group": "speciality", "base": %s, "tuned": %s},
                     {"group": "gen-kn", "base": %s, "tuned": %s}]}"""
          .formatted(
              full.speciality.get(seed),
              speciality.get(seed),
              full.versatility.get(seed),
              versatility.get(seed));
    }

    private static double mean(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
  }

  private static String measures(double speciality, double versatility) {
    return "\"speciality\": %s, \"versatility\": %s, \"uni\": %s, \"retention\": %s, \"gain\": %s"
        .formatted(
            measure(speciality),
            measure(versatility),
            measure((speciality + versatility) / 2),
            measure(versatility / Toy.BASE_VERSATILITY),
            measure((speciality - Toy.BASE_SPECIALITY) / Toy.BASE_SPECIALITY));
  }

  private static String measure(double score) {
    return "{\"score\": %s, \"interval\": {\"low\": %s, \"high\": %s}}"
        .formatted(score, score - 0.01, score + 0.01);
  }
}
