package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher of the root directory with a Java and a Maven that only say what they got. */
final class LauncherTest {
  @TempDir Path directory;
  private Path clone;
  private Path bin;
  private Path jdk;

  @BeforeEach
  void copyLauncherBesidePretendTools() throws IOException {
    Path launcher = Path.of("..", "cofitune");
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the launcher is a shell script");
    clone = Files.createDirectories(directory.resolve("a clone with spaces"));
    Files.copy(launcher, clone.resolve("cofitune"));
    executable(clone.resolve("cofitune"));
    for (String module : List.of("core", "cli")) {
      Files.createDirectories(clone.resolve(module).resolve("src/main/java"));
      Files.writeString(clone.resolve(module).resolve("src/main/java/A.java"), "class A {}");
      Files.createFile(clone.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(clone.resolve("pom.xml"));
    Files.createFile(directory.resolve("library.jar"));
    bin = Files.createDirectories(directory.resolve("bin"));
    jdk = Files.createDirectories(directory.resolve("jdk"));
    pretendJdk("17.0.15");
    script(
        bin.resolve("mvn"),
        """
        echo "$@" >> '%1$s/builds'
        sleep 0.2
        mkdir -p core/target cli/target
        : > core/target/cofitune-core.jar
        : > cli/target/cofitune-cli.jar
        printf '%%s' '%1$s/library.jar' > cli/target/class-path.txt
        """
            .formatted(directory));
  }

  @Test
  void theFirstUseBuildsAndSaysSoAndTheSecondDoesNot() throws Exception {
    Ended first = run(clone.resolve("cofitune"), "doctor");
    Ended second = run(clone.resolve("cofitune"), "doctor");

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err()).startsWith("cofitune: first use, building");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).hasSize(1);
    assertThat(second.out())
        .contains("org.cofitune.cli.Main", "[doctor]", directory + "/library.jar]");
  }

  @Test
  void newerSourcesAreBuiltAgain() throws Exception {
    run(clone.resolve("cofitune"), "doctor");
    Files.setLastModifiedTime(
        clone.resolve("core/src/main/java/A.java"), FileTime.from(Instant.now().plusSeconds(5)));

    assertThat(run(clone.resolve("cofitune"), "doctor").err())
        .startsWith("cofitune: sources changed, building again");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aLibraryThatWentAwayIsFetchedAgain() throws Exception {
    run(clone.resolve("cofitune"), "doctor");
    Files.delete(directory.resolve("library.jar"));

    Ended ended = run(clone.resolve("cofitune"), "doctor");

    assertThat(builds()).hasSize(2);
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains("error: the build left no class path");
  }

  @Test
  void twoFirstUsesAtOnceBuildOnce() throws Exception {
    List<Process> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(start(clone.resolve("cofitune"), i, "doctor"));
    }
    for (Process process : both) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    assertThat(builds()).hasSize(1);
  }

  @Test
  void argumentsAndStatusPassThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(bin.resolve("link"), clone.resolve("cofitune"));
    Files.writeString(directory.resolve("status"), "3");

    Ended ended = run(link, "generate", "--prompt", "two words", "");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.out()).contains("[generate][--prompt][two words][]");
  }

  @Test
  void memoryOfTheEngineIsNotBoundedByTheHeap() throws Exception {
    assertThat(run(clone.resolve("cofitune"), "train").out())
        .contains("[-Dorg.bytedeco.javacpp.maxBytes=0]", "GOMP_SPINCOUNT=0")
        .doesNotContain("TieredStopAtLevel", "--enable-native-access");
  }

  @Test
  void cheapCommandsSkipTheOptimisingCompiler() throws Exception {
    assertThat(run(clone.resolve("cofitune"), "train", "--help").out())
        .contains("[-XX:TieredStopAtLevel=1]");
  }

  @Test
  void aJavaThatWantsNativeAccessGrantedGetsIt() throws Exception {
    pretendJdk("25.0.1");

    assertThat(run(clone.resolve("cofitune"), "train").out())
        .contains("[--enable-native-access=ALL-UNNAMED]");
  }

  @Test
  void anOldJavaIsRefusedByVersion() throws Exception {
    pretendJdk("11.0.2");

    Ended ended = run(clone.resolve("cofitune"), "doctor");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains("Java 11.0.2", "JDK 17 or newer");
  }

  @Test
  void aMissingMavenIsNamedBeforeAnythingIsBuilt() throws Exception {
    Files.delete(bin.resolve("mvn"));

    Ended ended = run(clone.resolve("cofitune"), "doctor");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains("error: Maven was not found");
  }

  @Test
  void aFailedBuildLeavesNothingThatLooksBuilt() throws Exception {
    script(bin.resolve("mvn"), "echo '[ERROR] no such class'; exit 1");

    Ended ended = run(clone.resolve("cofitune"), "doctor");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("[ERROR] no such class", "error: the build failed");
    assertThat(clone.resolve(".cofitune/current")).doesNotExist();
  }

  private record Ended(int status, String out, String err) {}

  private Ended run(Path launcher, String... args) throws Exception {
    Process process = start(launcher, 0, args);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(
        process.exitValue(),
        Files.readString(directory.resolve("out0")),
        Files.readString(directory.resolve("err0")));
  }

  private Process start(Path launcher, int number, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("out" + number).toFile())
            .redirectError(directory.resolve("err" + number).toFile());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().remove("COFITUNE_JAVA_OPTS");
    builder.environment().remove("GOMP_SPINCOUNT");
    hideRealMaven(builder);
    return builder.start();
  }

  /** Only the tools that the launcher may need, so that a real Maven is never found. */
  private void hideRealMaven(ProcessBuilder builder) throws IOException {
    Path tools = directory.resolve("tools");
    if (Files.notExists(tools)) {
      Files.createDirectories(tools);
      for (String tool :
          List.of(
              "sh",
              "readlink",
              "dirname",
              "sed",
              "head",
              "tail",
              "find",
              "date",
              "mkdir",
              "mv",
              "cp",
              "rm",
              "rmdir",
              "cat",
              "ls",
              "sort",
              "flock",
              "sleep",
              "stty")) {
        for (String place : List.of("/usr/bin", "/bin")) {
          Path real = Path.of(place, tool);
          if (Files.isExecutable(real) && Files.notExists(tools.resolve(tool))) {
            Files.createSymbolicLink(tools.resolve(tool), real);
          }
        }
      }
    }
    builder.environment().put("PATH", bin + ":" + tools);
  }

  private void pretendJdk(String version) throws IOException {
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(
        jdk.resolve("bin/java"),
        """
        printf '[%%s]' "$@"
        echo " GOMP_SPINCOUNT=$GOMP_SPINCOUNT"
        [ -e '%1$s/status' ] && exit "$(cat '%1$s/status')" || exit 0
        """
            .formatted(directory));
    script(jdk.resolve("bin/javac"), "exit 0");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body);
    executable(file);
  }

  private static void executable(Path file) {
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(directory.resolve("builds"));
  }
}
