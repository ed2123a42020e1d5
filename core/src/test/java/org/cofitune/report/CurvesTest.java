package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurvesTest {
  @TempDir Path folder;

  @Test
  void aLogIsReadUpToTheLineThatIsHalfWritten() {
    WrittenRun written = WrittenRun.in(folder).training();

    TrainingCurves curves = TrainingCurves.read(written.run().events());

    assertThat(curves.loss().points()).hasSize(20).contains(new Curve.Point(2, 3.0));
    assertThat(curves.evalLoss().points())
        .containsExactly(new Curve.Point(0, 6.2), new Curve.Point(20, 2.2));
    assertThat(curves.measured()).extracting(Curve::name).containsExactly("base_divergence");
    assertThat(curves.penalty().points()).as("never added anything").isEmpty();
    assertThat(curves.seconds()).isEqualTo(10);
  }

  @Test
  void aLongCurveIsThinnedToMeansOfNeighbours() {
    List<Curve.Point> points =
        IntStream.rangeClosed(1, 1200).mapToObj(i -> new Curve.Point(i, i)).toList();

    List<Curve.Point> thinned = new Curve("loss", points, false).thinned().points();

    assertThat(thinned).hasSize(Curve.MOST_POINTS).startsWith(new Curve.Point(2, 1.5));
    assertThat(thinned).endsWith(new Curve.Point(1200, 1199.5));
  }

  @Test
  void unitsBeyondTheMostColumnsArePutTogether() {
    double[] units = IntStream.range(0, 130).mapToDouble(i -> i).toArray();

    HeatMap map = HeatMap.ofUnits("neuron", new double[][] {units});

    assertThat(map.columns()).hasSize(44).startsWith("0–2").endsWith("129");
    assertThat(map.values()[0]).startsWith(1, 4).endsWith(129);
    assertThat(map.x()).isEqualTo("neuron (mean of 3)");
  }

  @Test
  void fewUnitsKeepTheirOwnColumns() {
    HeatMap map = HeatMap.ofUnits("head", new double[][] {{0.25, 0.5}, {1, 0}});

    assertThat(map.columns()).containsExactly("0", "1");
    assertThat(map.data("importance", 1).path("cells"))
        .hasToString("[[0,0,0.25],[1,0,0.5],[0,1,1.0],[1,1,0.0]]");
  }
}
