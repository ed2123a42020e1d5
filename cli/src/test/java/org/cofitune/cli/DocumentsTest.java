package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page of the documents: its links lead somewhere, its commands run. */
final class DocumentsTest {
  private static final Path ROOT = DocumentedCommands.ROOT;
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(#[^)\\s]+)?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern FILE =
      Pattern.compile("`((?:docs|examples|tasks|results|quickstart)/[\\w./-]+)`");

  private static final Pattern SECTION = Pattern.compile("\\.see\\(\"([a-z-]+)\"\\)");

  /** Commands that wait for a person or for requests; their own tests run them. */
  private static final Set<String> WAITING = Set.of("serve", "chat", "ui");

  /** Takes minutes; QuickstartCommandTest runs its commands on less. */
  private static final String LONG = "quickstart.md";

  @TempDir Path directory;

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    for (String folder : List.of("docs", "results")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  static List<Path> guides() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      return files
          .filter(file -> file.toString().endsWith(".md") && !file.endsWith(LONG))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Path page) throws IOException {
    Matcher links = LINK.matcher(Files.readString(page));
    while (links.find()) {
      Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
      assertThat(target).exists();
      if (links.group(2) != null) {
        assertThat(anchors(target)).contains(links.group(2).substring(1));
      }
    }
    Matcher files = FILE.matcher(Files.readString(page));
    while (files.find()) {
      assertThat(ROOT.resolve(files.group(1))).exists();
    }
  }

  /** Headings as their anchors are called. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher headings = HEADING.matcher(Files.readString(page));
    while (headings.find()) {
      anchors.add(
          headings
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{Alnum} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  @Test
  void everySectionThatAnErrorNamesExists() throws IOException {
    Set<String> named = new HashSet<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve("core/src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        Matcher sections = SECTION.matcher(Files.readString(file));
        while (sections.find()) {
          named.add(sections.group(1));
        }
      }
    }

    assertThat(named).hasSizeGreaterThan(5);
    assertThat(anchors(ROOT.resolve("docs/troubleshooting.md"))).containsAll(named);
  }

  @ParameterizedTest
  @MethodSource("guides")
  void everyCommandOfAGuideRuns(Path page) throws IOException {
    DocumentedCommands commands = DocumentedCommands.in(directory);
    List<List<String>> shown =
        commands.of(page).stream().filter(words -> !WAITING.contains(words.get(0))).toList();
    boolean usesARun = shown.stream().anyMatch(words -> words.toString().contains("runs/first"));
    if (usesARun) {
      DocumentedCommands.run(
          List.of(
              "train",
              "--model",
              directory.resolve("models/my-llama").toString(),
              "--data",
              directory.resolve("rows.jsonl").toString(),
              "--set",
              "val_size=0.05",
              "--set",
              "search.versatility_data=" + directory.resolve("general.jsonl"),
              "--out",
              directory.resolve("runs/first").toString()));
    }
    for (List<String> words : shown) {
      DocumentedCommands.run(words);
    }
  }
}
