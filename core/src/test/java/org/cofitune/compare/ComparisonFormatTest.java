package org.cofitune.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.model.PartOfDelta;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonFormatTest {
  private static final ComparisonTable TABLE =
      new ComparisonTable(
          ComparisonTable.FORMAT,
          "dev",
          List.of(
              new ComparedRow(
                  "base",
                  null,
                  List.of(),
                  1,
                  number(20),
                  number(60),
                  number(40),
                  number(1),
                  null,
                  null,
                  0,
                  0,
                  0,
                  true,
                  List.of()),
              new ComparedRow(
                  "cofitune",
                  4e-5,
                  List.of(PartOfDelta.WHOLE),
                  3,
                  number(50),
                  number(57),
                  number(53.5),
                  number(0.95),
                  number(0.9),
                  number(0.125),
                  12.5,
                  3.25,
                  3L << 20,
                  false,
                  List.of())));

  @Test
  void csvHasEveryNumberInFullAndAnEmptyFieldWhereThereIsNone() {
    List<String> lines = ComparisonFormat.csv(TABLE).lines().toList();

    assertThat(lines.get(0))
        .isEqualTo(
            "method,pareto,learning_rate,S,S_low,S_high,V,V_low,V_high,uni,uni_low,uni_high,"
                + "V_V_base,V_V_base_low,V_V_base_high,gain,gain_low,gain_high,KL,KL_low,KL_high,"
                + "trained_percent,seconds,memory_bytes,seeds");
    assertThat(lines.get(1))
        .isEqualTo(
            "base,true,,20.0,19.0,21.0,60.0,59.0,61.0,40.0,39.0,41.0,1.0,0.0,2.0,,,,,,,0.0,0.0,0,1");
    assertThat(lines.get(2)).startsWith("cofitune,false,4.0E-5,50.0,").endsWith(",3145728,3");
    assertThat(lines).allMatch(line -> line.split(",", -1).length == 25);
  }

  @Test
  void markdownHasARowPerMethodAndMarksTheFront() {
    List<String> lines = ComparisonFormat.markdown(TABLE).lines().toList();

    assertThat(lines.get(0)).startsWith("| method | front | learning rate | S | V | uni |");
    assertThat(lines.get(2)).startsWith("| base | * |  | 20.00 [19.00, 21.00] |");
    assertThat(lines.get(3))
        .isEqualTo(
            "| cofitune |  | 4.0E-5 | 50.00 [49.00, 51.00] | 57.00 [56.00, 58.00] | 53.50 [52.50,"
                + " 54.50] | 0.9500 [-0.0500, 1.9500] | 0.900 [-0.100, 1.900] | 0.1250 [-0.8750,"
                + " 1.1250] | 12.500 | 3.3 | 3 | 3 |");
    assertThat(lines.get(5)).contains("Learning rates chosen on dev.");
    assertThat(lines.stream().limit(4).map(line -> line.split("\\|", -1).length).distinct())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"20, 0", "60, 1", "40, 0.5", "80, 1.5", "10, -0.25"})
  void gainIsThePartOfWhatAFullFineTuneGains(double speciality, double gain) {
    assertThat(MethodScores.gain(speciality, 20, 60)).isEqualTo(gain);
  }

  private static Measure number(double score) {
    return new Measure(score, new Interval(score - 1, score + 1));
  }
}
