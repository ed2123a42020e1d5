package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeadlineTest {
  @TempDir Path folder;

  @Test
  void aRunSaysWhatItGainedAndWhatItKept() {
    Headline headline = headline(WrittenRun.in(folder).scores().training());

    assertThat(headline.sentence())
        .isEqualTo(
            "Training layers 2–3 (up,down) of small with method cofitune raises speciality by 30.00"
                + " points and keeps 93.0 % of the base's versatility.");
    assertThat(headline.tiles())
        .contains(
            new Tile("Speciality S", "50.00", "+30.00 from 20.00"),
            new Tile("Versatility V", "55.80", "−4.20 from 60.00"),
            new Tile("Versatility kept", "93.0 %", "95 %: 90.0 – 96.0 %"),
            new Tile("Numbers trained", "393 k", "layers 2–3 (up,down)"),
            new Tile("Training", "10 s", "20 steps"));
  }

  @Test
  void aComparisonNamesTheMethodOfTheHighestUni() {
    assertThat(headline(WrittenRun.in(folder).comparison()).sentence())
        .isEqualTo(
            "Of 2 methods, cofitune has the highest uni, 55.00: it keeps 93.0 % of the base's"
                + " versatility and has 88.0 % of what the full fine-tune gains in speciality.");
  }

  @Test
  void aSearchAloneSaysWhatItChose() {
    assertThat(headline(WrittenRun.in(folder).search()).sentence())
        .isEqualTo(
            "The search chose layers 2–3 (up,down): uni 12.00 against the base's 10.50, with 95.0 %"
                + " of its versatility.");
  }

  @Test
  void aTrainingAloneSaysWhatBecameOfItsHeldOutRows() {
    assertThat(headline(WrittenRun.in(folder).training()).sentence())
        .endsWith("changes the loss of held-out rows from 6.200 to 2.200 nats per token.");
  }

  @Test
  void aRunThatHasJustBegunSaysSo() {
    assertThat(headline(WrittenRun.in(folder)))
        .isEqualTo(new Headline("Not finished yet.", List.of()));
  }

  private static Headline headline(WrittenRun written) {
    return Headline.of(RunFiles.of(written.run()));
  }
}
