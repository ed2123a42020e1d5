package org.cofitune.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that train together, as a person starts them. */
@EnabledOnOs(OS.LINUX)
final class LaunchTest {
  private static final Duration NOTICED = Duration.ofSeconds(30);
  private static final int LOST = 5;

  @TempDir private static Path shared;

  @BeforeAll
  static void writeFixture() throws IOException, InterruptedException {
    WorkFixture.writeTo(shared);
  }

  @Test
  void processesTrainAsOneAndResultsAloneGoToStandardOutput()
      throws IOException, InterruptedException {
    Path place = place("launched");
    Path results = place.resolve("results.json");
    ProcessBuilder builder =
        new ProcessBuilder(
                ChildCommand.command(List.of(), launched(train("max_steps=6", "--json"))))
            .directory(place.toFile())
            .redirectOutput(results.toFile())
            .redirectError(place.resolve("errors").toFile());

    assertThat(builder.start().waitFor()).isZero();

    assertThat(new ObjectMapper().readTree(results.toFile()).path("steps").asInt()).isEqualTo(6);
    assertThat(Files.readString(place.resolve("out/environment.json")))
        .contains("\"processes\": 2");
    assertThat(Files.readString(place.resolve("errors")))
        .containsOnlyOnce("step 6: held-out loss")
        .doesNotContain("[rank 1]");
  }

  @ParameterizedTest
  @CsvSource({"KILL, false", "STOP, false", "KILL, true", "STOP, true"})
  void aLostRankEndsTheOthersWithItsNumberAndTheRunGoesOn(String signal, boolean sharded)
      throws IOException, InterruptedException {
    Path place = place("lost-" + signal + sharded);
    String recomputed = "gradient_checkpointing=" + sharded;
    String shared = "shard_frozen=" + sharded;
    long began;
    try (ChildCommand launch =
        ChildCommand.start(
            place,
            List.of(),
            launched(train("max_steps=2000", "save_steps=2", recomputed, shared)))) {
      await(() -> Files.exists(place.resolve("out/checkpoints/step-000004")));
      ProcessHandle first = rank(launch, 0);
      new ProcessBuilder("kill", "-" + signal, String.valueOf(rank(launch, 1).pid()))
          .start()
          .waitFor();
      began = System.nanoTime();
      first.onExit().join();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(NOTICED);

      ChildCommand.Ended ended = launch.await();

      assertThat(ended.status()).isEqualTo(LOST);
      assertThat(ended.output())
          .containsOnlyOnce("error: rank 1 " + (signal.equals("KILL") ? "ended" : "has not"));
    }
    try (ChildCommand again =
        ChildCommand.start(
            place, List.of(), launched(train("max_steps=2000", recomputed, shared, "--resume")))) {
      await(() -> again.output().contains("resumed after step"));
      again.process().destroy();
      assertThat(again.await().output())
          .contains("stopping: a checkpoint is saved")
          .doesNotContain("ended by signal");
    }
  }

  @Test
  void whatAllRanksWouldRefuseIsSaidOnce() throws IOException, InterruptedException {
    Path place = place("refused");
    List<String> words = new ArrayList<>(launched(train("max_steps=2")));
    words.set(words.indexOf("../fixture/rows.jsonl"), "../fixture/no-such.jsonl");

    try (ChildCommand launch = ChildCommand.start(place, List.of(), words)) {
      ChildCommand.Ended ended = launch.await();

      assertThat(ended.status()).as(ended.output()).isEqualTo(3);
      assertThat(ended.output()).containsOnlyOnce("error: ").contains("no-such.jsonl");
    }
  }

  /** As srun starts tasks, which is all that the example asks of Slurm. */
  @Test
  void theSlurmExampleTrainsInEveryTask() throws IOException, InterruptedException {
    Path place = place("slurm");
    Path tools = Files.createDirectories(place.resolve("tools"));
    script(
        tools.resolve("srun"),
        """
        shift # --kill-on-bad-exit=1
        export SLURM_STEP_NUM_TASKS=2 SLURM_STEP_NODELIST=localhost SLURM_NODEID=0
        export SLURM_STEP_TASKS_PER_NODE=2 SLURM_JOB_ID=%d SLURM_STEP_ID=0
        SLURM_PROCID=1 SLURM_LOCALID=1 "$@" &
        SLURM_PROCID=0 SLURM_LOCALID=0 "$@"
        wait $!
        """
            .formatted(ProcessHandle.current().pid()));
    script(
        tools.resolve("cofitune"),
        "exec '" + String.join("' '", ChildCommand.command(List.of(), List.of())) + "' \"$@\"");
    Files.writeString(
        place.resolve("recipe.yaml"),
        """
        model_name_or_path: ../fixture/base
        dataset: ../fixture/rows.jsonl
        output_dir: out
        region: 25%-100%:ffn
        per_device_train_batch_size: 2
        device: cpu
        """);
    Path example = Path.of("../examples/scale/train.sbatch").toAbsolutePath().normalize();
    ProcessBuilder builder =
        new ProcessBuilder("sh", example.toString(), "recipe.yaml", "--set", "max_steps=3")
            .directory(place.toFile())
            .redirectErrorStream(true)
            .redirectOutput(place.resolve("log").toFile());
    builder.environment().put("COFITUNE", tools.resolve("cofitune").toString());
    builder.environment().merge("PATH", tools.toString(), (path, own) -> own + ":" + path);

    int status = builder.start().waitFor();

    assertThat(status).as(Files.readString(place.resolve("log"))).isZero();
    assertThat(place.resolve("out/delta/delta.safetensors")).exists();
    assertThat(Files.readString(place.resolve("out/environment.json")))
        .contains("\"processes\": 2");
  }

  @Test
  void torchrunsVariablesDoTheSame() throws IOException, InterruptedException {
    Path place = place("torchrun");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<Process> ranks = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      ProcessBuilder builder =
          new ProcessBuilder(ChildCommand.command(List.of(), train("max_steps=2")))
              .directory(place.toFile())
              .redirectErrorStream(true)
              .redirectOutput(place.resolve("log-" + rank).toFile());
      builder
          .environment()
          .putAll(
              Map.of(
                  "RANK",
                  String.valueOf(rank),
                  "WORLD_SIZE",
                  "2",
                  "LOCAL_RANK",
                  String.valueOf(rank),
                  "LOCAL_WORLD_SIZE",
                  "2",
                  "MASTER_ADDR",
                  "localhost",
                  "MASTER_PORT",
                  String.valueOf(port)));
      ranks.add(builder.start());
    }

    for (int rank = 0; rank < 2; rank++) {
      assertThat(ranks.get(rank).waitFor())
          .as(Files.readString(place.resolve("log-" + rank)))
          .isZero();
    }
    assertThat(place.resolve("out/delta/delta.safetensors")).exists();
  }

  private static Path place(String name) throws IOException {
    return Files.createDirectories(shared.resolve(name));
  }

  private static List<String> launched(List<String> words) {
    return Stream.concat(Stream.of("launch", "--nproc", "2"), words.stream()).toList();
  }

  /** A training with other settings, and options that begin with a dash. */
  private static List<String> train(String... more) {
    List<String> words = new ArrayList<>(Work.TRAIN.words());
    for (String word : more) {
      if (word.startsWith("-")) {
        words.add(word);
      } else {
        String key = word.substring(0, word.indexOf('=') + 1);
        int at = -1;
        for (int i = 0; i < words.size(); i++) {
          at = words.get(i).startsWith(key) ? i : at;
        }
        if (at >= 0) {
          words.set(at, word);
        } else {
          words.addAll(List.of("--set", word));
        }
      }
    }
    return words;
  }

  private static ProcessHandle rank(ChildCommand launch, int rank) throws IOException {
    for (ProcessHandle child : launch.process().children().toList()) {
      String environment = Files.readString(Path.of("/proc/" + child.pid() + "/environ"));
      if (List.of(environment.split("\0", -1)).contains("RANK=" + rank)) {
        return child;
      }
    }
    throw new AssertionError("no rank " + rank + ": " + launch.output());
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\nset -eu\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for too long").isLessThan(until);
      Thread.sleep(50);
    }
  }
}
