package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingCheckpointsTest {
  private static final TrainingArguments ARGUMENTS = TinyTraining.ARGUMENTS.with("save_steps", 2);

  @TempDir Path folder;

  private TinyTraining tiny;

  @BeforeEach
  void writeModel() {
    tiny = TinyTraining.in(folder);
  }

  @Test
  void onlyTheNewestAreKept() throws IOException {
    run(ARGUMENTS, Map.of(), 7);
    assertThat(names()).containsExactly("step-000006", "step-000007");
  }

  @Test
  void aCheckpointHoldsTensorsMomentsStateAndAManifest() throws IOException {
    run(ARGUMENTS, Map.of(), 4);
    try (Stream<Path> files = Files.list(checkpoints().resolve("step-000004"))) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted())
          .containsExactly(
              "MANIFEST.json", "optimizer.safetensors", "state.json", "trained.safetensors");
    }
  }

  @Test
  void everyFlippedByteIsFoundAndTheCheckpointBeforeIsOffered() throws IOException {
    run(ARGUMENTS, Map.of(), 4);
    Path newest = checkpoints().resolve("step-000004");
    List<Path> files;
    try (Stream<Path> all = Files.list(newest)) {
      files = all.toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      flip(file, bytes, bytes.length * 2 / 3);
      assertThatThrownBy(() -> run(ARGUMENTS, Map.of(), 1))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
          .hasMessageContaining(file.getFileName().toString())
          .hasMessageContaining("to resume from step-000002");
      Files.write(file, bytes);
    }
    assertThat(run(ARGUMENTS, Map.of(), 0).steps()).isEqualTo(10);
  }

  private static void flip(Path file, byte[] bytes, int at) throws IOException {
    byte[] damaged = bytes.clone();
    damaged[at] ^= 1;
    Files.write(file, damaged);
  }

  @Test
  void theCheckpointBeforeIsGoodForResuming() throws IOException {
    Map<String, double[]> undisturbed = tiny.train(ARGUMENTS);
    run(ARGUMENTS, Map.of(), 4);
    for (String file : List.of("trained.safetensors", "optimizer.safetensors", "state.json")) {
      Files.delete(checkpoints().resolve("step-000004").resolve(file));
    }
    Files.delete(checkpoints().resolve("step-000004/MANIFEST.json"));
    Files.delete(checkpoints().resolve("step-000004"));
    tiny.open(
        ARGUMENTS,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of())) {
            trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints(), Map.of(), 2))
                .run(() -> false);
          }
          TinyTraining.weights(task)
              .forEach((name, values) -> assertThat(values).isEqualTo(undisturbed.get(name)));
          return task;
        });
  }

  @Test
  void aPausedRunGoesOnToTheBitsOfAnUndisturbedOneWithoutTakingAStepTwice() {
    Map<String, double[]> undisturbed = tiny.train(ARGUMENTS);
    List<Long> steps = new ArrayList<>();
    for (long pause : new long[] {3, 3, 7, Long.MAX_VALUE}) {
      tiny.open(
          ARGUMENTS.with("save_steps", TrainingArguments.NEVER),
          task -> {
            try (Trainer trainer = new Trainer(task, List.of(event -> note(event, steps)))) {
              TrainingResult result =
                  trainer
                      .checkpoints(TrainingCheckpoints.in(checkpoints(), Map.of(), 1))
                      .pauseAfter(pause)
                      .run(() -> false);
              assertThat(result.end())
                  .isEqualTo(pause < 10 ? TrainingResult.End.PAUSED : TrainingResult.End.COMPLETE);
            }
            if (pause == Long.MAX_VALUE) {
              TinyTraining.weights(task)
                  .forEach((name, values) -> assertThat(values).isEqualTo(undisturbed.get(name)));
            }
            return task;
          });
    }
    assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
  }

  private static void note(TrainingEvent event, List<Long> steps) {
    if (event instanceof TrainingEvent.StepTaken taken) {
      steps.add(taken.step());
    }
  }

  @Test
  void anotherRunIsRefusedByTheNameOfWhatDiffers() {
    run(ARGUMENTS, Map.of("model", "abc"), 3);
    assertRefused(ARGUMENTS.with("learning_rate", 0.5), Map.of("model", "abc"), "learning_rate");
    assertRefused(ARGUMENTS, Map.of("model", "abd"), "model abc, found abd");
    tiny.rows(TinyTraining.rows(20, 9));
    assertRefused(ARGUMENTS, Map.of("model", "abc"), "training rows");
    tiny.rows(TinyTraining.rows(20, 7)).region("1:up_proj");
    assertRefused(ARGUMENTS, Map.of("model", "abc"), "trained tensors");
  }

  private void assertRefused(
      TrainingArguments arguments, Map<String, String> identity, String what) {
    assertThatThrownBy(() -> run(arguments, identity, 0))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("step-000003: the checkpoint is of another run")
        .hasMessageContaining(what);
  }

  @Test
  void whatDoesNotChangeTheWeightsMayChange() {
    run(ARGUMENTS, Map.of(), 3);
    TrainingArguments changed =
        ARGUMENTS.with(
            Map.of(
                "save_steps", 5,
                "logging_steps", 2,
                "save_total_limit", 3,
                "gradient_checkpointing", true));
    assertThat(run(changed, Map.of(), 0).steps()).isEqualTo(10);
  }

  @Test
  void aNamedCheckpointIsResumedFromAndLaterOnesAreReplaced() throws IOException {
    Map<String, double[]> undisturbed = tiny.train(ARGUMENTS);
    run(ARGUMENTS, Map.of(), 7);
    assertThat(names()).containsExactly("step-000006", "step-000007");
    List<Long> steps = new ArrayList<>();

    tiny.open(
        ARGUMENTS,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of(event -> note(event, steps)))) {
            trainer
                .checkpoints(
                    TrainingCheckpoints.in(checkpoints(), Map.of(), 2).resumingFrom("step-000006"))
                .pauseAfter(8)
                .run(() -> false);
          }
          return task;
        });

    assertThat(steps).containsExactly(7L, 8L);
    assertThat(names()).containsExactly("step-000006", "step-000008");
    assertEndsWith(undisturbed);
  }

  private void assertEndsWith(Map<String, double[]> undisturbed) {
    tiny.open(
        ARGUMENTS,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of())) {
            trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints(), Map.of(), 2))
                .run(() -> false);
          }
          TinyTraining.weights(task)
              .forEach((name, values) -> assertThat(values).isEqualTo(undisturbed.get(name)));
          return task;
        });
  }

  @Test
  void aNameWithoutACheckpointIsRefusedWithThoseThatAreThere() {
    run(ARGUMENTS, Map.of(), 4);
    assertThatThrownBy(
            () ->
                tiny.open(
                    ARGUMENTS,
                    task -> {
                      try (Trainer trainer = new Trainer(task, List.of())) {
                        return trainer
                            .checkpoints(
                                TrainingCheckpoints.in(checkpoints(), Map.of(), 2)
                                    .resumingFrom("step-000003"))
                            .run(() -> false);
                      }
                    }))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("step-000004 or step-000002")
        .hasMessageContaining("found step-000003");
  }

  @Test
  void onlyACheckpointThatIsWholeIsOffered() throws IOException {
    tiny.open(
        ARGUMENTS,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of())) {
            return trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints(), Map.of(), 0))
                .pauseAfter(6)
                .run(() -> false);
          }
        });
    damage("step-000006");
    damage("step-000004");

    assertThatThrownBy(() -> run(ARGUMENTS, Map.of(), 1))
        .hasMessageContaining("set resume_from_checkpoint=step-000002");
    damage("step-000002");
    assertThatThrownBy(() -> run(ARGUMENTS, Map.of(), 1))
        .hasMessageContaining("no checkpoint before it is whole");
  }

  @Test
  void theBestCheckpointIsCheckedBeforeItsWeightsAreTaken() throws IOException {
    run(ARGUMENTS, Map.of(), 4);
    Path best = checkpoints().resolve("step-000004");
    Path file = best.resolve("trained.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    flip(file, bytes, bytes.length - 1);

    assertThatThrownBy(
            () ->
                tiny.open(
                    ARGUMENTS,
                    task -> {
                      TrainingCheckpoints.in(checkpoints(), Map.of(), 0).load(4, task);
                      return task;
                    }))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(file.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "trained.safetensors, '\"shape\":[', '\"shape\":[1,', shape",
    "optimizer.safetensors, '\"shape\":[', '\"shape\":[1,', shape",
    "state.json, '\"random_state\": \"', '\"random_state\": \"AAAA', random number generator",
    "state.json, '\"last\": null,', '', unreadable state",
  })
  void aCheckpointThatSomebodyElseMadeUpIsRefused(
      String name, String part, String other, String found) throws IOException {
    run(ARGUMENTS, Map.of(), 2);
    Path checkpoint = checkpoints().resolve("step-000002");
    Path file = checkpoint.resolve(name);
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains(part);
    Files.writeString(
        file,
        name.endsWith(".safetensors") ? reshaped(bytes, part, other) : bytes.replace(part, other),
        StandardCharsets.ISO_8859_1);
    Files.delete(checkpoint.resolve(Manifest.NAME));
    Manifest.write(checkpoint);

    assertThatThrownBy(() -> run(ARGUMENTS, Map.of(), 1))
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll(name, found);
  }

  /** A safetensors file with another header: its length stands in its first eight bytes. */
  private static String reshaped(String file, String part, String other) {
    byte[] bytes = file.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = 8 + Math.toIntExact(buffer.getLong(0));
    StringBuilder header = new StringBuilder(file.substring(8, end).replace(part, other));
    while (header.length() % 8 != 0) {
      header.append(' ');
    }
    byte[] length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length()).array();
    return new String(length, StandardCharsets.ISO_8859_1) + header + file.substring(end);
  }

  private void damage(String name) throws IOException {
    Path file = checkpoints().resolve(name).resolve("optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    flip(file, bytes, bytes.length - 1);
  }

  @Test
  void aCheckpointOfAnInterruptionGoesWhenTheScheduleHasANewerOne() throws IOException {
    run(ARGUMENTS, Map.of(), 3);
    assertThat(names()).containsExactly("step-000002", "step-000003");

    run(ARGUMENTS, Map.of(), 1);

    assertThat(names()).containsExactly("step-000002", "step-000004");
  }

  @Test
  void theLastGoodCheckpointStaysWhenTheNewOneDoesNotReadBackWhole() throws IOException {
    run(ARGUMENTS, Map.of(), 4);
    Path onBadDisk = new BadDisk("step-000006").over(checkpoints());

    assertThatThrownBy(
            () ->
                tiny.open(
                    ARGUMENTS,
                    task -> {
                      try (Trainer trainer = new Trainer(task, List.of())) {
                        return trainer
                            .checkpoints(TrainingCheckpoints.in(onBadDisk, Map.of(), 1))
                            .run(() -> false);
                      }
                    }))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining("step-000006/trained.safetensors: file is damaged");

    assertThat(names()).contains("step-000004", "step-000006");
    Manifest.verify(checkpoints().resolve("step-000004"));
  }

  /** Flips a bit of what comes to be under a name. */
  private static final class BadDisk extends FilterFileSystemProvider {
    private final String name;

    BadDisk(String name) {
      super("bad", FileSystems.getDefault());
      this.name = name;
    }

    Path over(Path path) {
      return wrapPath(path);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      super.move(source, target, options);
      if (target.endsWith(name)) {
        Path file = target.resolve("trained.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        flip(file, bytes, bytes.length - 1);
      }
    }
  }

  @Test
  void aDiskThatRefusesEndsTheRunAndNamesThePlace() throws IOException {
    Files.createDirectories(checkpoints().getParent());
    Files.writeString(checkpoints(), "a file where a folder should be");
    assertThatThrownBy(() -> run(ARGUMENTS, Map.of(), 0))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TRAINING))
        .hasMessageContaining("checkpoints");
  }

  private TrainingResult run(TrainingArguments arguments, Map<String, String> identity, int stop) {
    return tiny.open(
        arguments,
        task -> {
          AtomicInteger taken = new AtomicInteger();
          try (Trainer trainer = new Trainer(task, List.of())) {
            return trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints(), identity, 2))
                .run(() -> taken.incrementAndGet() == stop);
          }
        });
  }

  private Path checkpoints() {
    return folder.resolve("run/checkpoints");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(checkpoints())) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
