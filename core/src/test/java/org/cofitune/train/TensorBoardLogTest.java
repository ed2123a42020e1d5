package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardLogTest {
  /** What tensorboardX 2.6 writes for a version, a session start and two scalars of step 301. */
  private static final String KNOWN =
      "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9"
          + "100000000000000095fbfe180900001040fc54d94110ad023a020801cb79b93b"
          + "3500000000000000d6c55de60900001040fc54d94110ad022a270a110a0a747261696e2f6c6f7373"
          + "15000020400a120a0b747261696e2f65706f636815cdcccc3d8552b4bd";

  private static final double TIME = 1_700_000_000.25;

  @TempDir Path folder;

  @Test
  void recordsAreTheBytesThatOtherWritersWrite() {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("train/loss", 2.5);
    scalars.put("train/epoch", 0.1);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(TensorBoardEvent.record(TensorBoardEvent.fileVersion(TIME)));
    file.writeBytes(TensorBoardEvent.record(TensorBoardEvent.sessionStart(TIME, 301)));
    file.writeBytes(TensorBoardEvent.record(TensorBoardEvent.scalars(TIME, 301, scalars)));
    assertThat(HexFormat.of().formatHex(file.toByteArray())).isEqualTo(KNOWN);
  }

  @Test
  void aResumedRunWritesAnotherFile() throws IOException {
    Clock clock = Clock.fixed(Instant.ofEpochSecond(5), ZoneOffset.UTC);
    for (int run = 0; run < 2; run++) {
      try (TensorBoardLog log = TensorBoardLog.create(folder, clock)) {
        log.on(new TrainingEvent.Started(10, 1, 0, 1));
        log.on(new TrainingEvent.Evaluated(3, 0.5, 1.25, 0.1));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertThat(names)
          .containsExactly("events.out.tfevents.5.cofitune.0", "events.out.tfevents.5.cofitune.1");
    }
    String content =
        new String(
            Files.readAllBytes(folder.resolve("events.out.tfevents.5.cofitune.1")),
            java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(content).contains("brain.Event:2").contains("eval/loss");
  }
}
