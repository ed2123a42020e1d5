package org.cofitune.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CofituneTest {
  @Test
  void withoutArgumentsTheHelpListsEveryCommand() {
    CommandRun run = CommandRun.of();

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(CommandCatalog.ENTRIES)
        .allSatisfy(entry -> assertThat(run.out()).contains(entry.name(), entry.summary()));
  }

  @Test
  void everyCommandHasAHelpThatBeginsWithItsSummary() {
    for (CommandCatalog.Entry entry : CommandCatalog.ENTRIES) {
      CommandRun run = CommandRun.of(entry.name(), "--help");

      assertThat(run.status()).isZero();
      assertThat(run.out()).startsWith(entry.summary()).contains("Usage: cofitune " + entry.name());
      assertThat(CommandRun.of("help", entry.name())).isEqualTo(run);
    }
  }

  @Test
  void aShellLearnsEveryCommandAndItsOptions(@TempDir Path directory) throws Exception {
    Path script = directory.resolve("completion.sh");
    Files.writeString(script, CommandRun.of("completion").out());

    String completions =
        bash(
            "source "
                + script
                + "; COMP_WORDS=(cofitune train --exp); COMP_CWORD=2;"
                + " COMP_LINE='cofitune train --exp'; COMP_POINT=20;"
                + " _complete_cofitune 2> /dev/null; echo \"${COMPREPLY[@]}\"");

    assertThat(completions.strip()).isEqualTo("--explain");
  }

  private static String bash(String commands) throws Exception {
    Process process = new ProcessBuilder("bash", "-c", commands).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void anUnknownCommandNamesTheNearestOne() {
    CommandRun run = CommandRun.of("docter");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains("'docter'", "did you mean doctor?", "see 'cofitune --help'");
  }

  @Test
  void anUnknownOptionNamesTheNearestOne() {
    CommandRun run = CommandRun.of("doctor", "--jason");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("'--jason'", "did you mean --json?", "see 'cofitune doctor --help'");
  }

  @Test
  void coloursAppearOnATerminalOnly() {
    assertThat(CommandRun.of("docter").err()).doesNotContain("\u001b");
    assertThat(CommandRun.inColour("docter").err()).startsWith("\u001b[31;1merror:\u001b[0m ");
    assertThat(CommandRun.of().out()).doesNotContain("\u001b");
    assertThat(CommandRun.inColour().out()).contains("\u001b");
  }

  @Test
  void noColorAndDumbTerminalsWantNoColour() {
    assertThat(Console.wantsColour(Map.<String, String>of()::get)).isTrue();
    assertThat(Console.wantsColour(Map.of("NO_COLOR", "")::get)).isTrue();
    assertThat(Console.wantsColour(Map.of("NO_COLOR", "1")::get)).isFalse();
    assertThat(Console.wantsColour(Map.of("TERM", "dumb")::get)).isFalse();
  }

  @Test
  void helpLoadsNeitherTheEngineNorLoggingNorJson(@TempDir Path directory) throws Exception {
    Path loaded = directory.resolve("loaded.txt");
    Process help =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--help")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("help.txt").toFile())
            .start();

    assertThat(help.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(help.exitValue()).isZero();
    assertThat(Files.readString(loaded))
        .contains("org.cofitune.cli.Cofitune ")
        .doesNotContain(" org.bytedeco.", " ch.qos.logback.", " com.fasterxml.", " ai.djl.");
  }
}
