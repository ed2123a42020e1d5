package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;
import org.cofitune.text.jinja.Dialect;
import org.cofitune.text.jinja.JinjaTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates, recipes, and task files reach no file, class, or process. */
final class DataIsNoCodeTest {
  private static final String SECRET = "what nobody may read";
  private static final String CANARY = "org.cofitune.pipeline.DataIsNoCodeTest$Canary";

  @TempDir Path folder;

  /** Leaves a mark when it is loaded. */
  static final class Canary {
    static {
      System.setProperty(CANARY, "loaded");
    }

    private Canary() {}
  }

  @BeforeEach
  void writeASecret() throws IOException {
    System.clearProperty(CANARY);
    Files.writeString(folder.resolve("secret.txt"), SECRET);
  }

  @AfterEach
  void nothingWasReached() {
    assertThat(System.getProperty(CANARY)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'SECRET' %}",
        "{% import 'SECRET' as x %}{{ x }}",
        "{% from 'SECRET' import x %}",
        "{% extends 'SECRET' %}",
        "{{ open('SECRET').read() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ messages.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ ''.getClass().forName('CANARY') }}",
        "{{ messages.class.classLoader }}",
        "{{ range.getClass() }}",
        "{{ self.__init__ }}",
        "{{ 'x'.format.__globals__ }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ '{0[__class__]}'.format('') }}",
        "{{ environment('PATH') }}",
        "{% set x = joiner.__class__ %}{{ x() }}",
      })
  void aTemplateReachesNothing(String source) {
    String template =
        source.replace("SECRET", folder.resolve("secret.txt").toString()).replace("CANARY", CANARY);
    for (Dialect dialect : Dialect.values()) {
      assertThatThrownBy(
              () -> JinjaTemplate.compile("t", template, dialect).render(Map.of("messages", "")))
          .isInstanceOf(CofituneException.class)
          .hasMessageStartingWith("t:1: template: ")
          .hasMessageNotContaining(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "template: !!CANARY {}",
        "template: !!CANARY []",
        "template: !<tag:yaml.org,2002:CANARY> x",
        "!!CANARY {template: x}",
        "? !!CANARY x\n: y",
        "dataset: [!!java.io.File [SECRET]]",
        "template: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL"
            + " ['http://localhost/']]]]",
        "template: !!python/object/apply:os.system ['id']",
        "template: !include SECRET",
        "template: !ENV ${PATH}",
        "<<: !include SECRET",
        "@class: CANARY",
        "search: {'@type': CANARY}",
      })
  void aRecipeReachesNothing(String text) throws IOException {
    Path recipe = write("recipe.yaml", text);

    assertThatThrownBy(() -> Recipe.ofFile(recipe))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(recipe.toString())
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aRecipeTakesNothingFromTheEnvironment() throws IOException {
    Path recipe =
        write("recipe.yaml", "model_name_or_path: \"${PATH} $PATH %PATH% ~ ${env:PATH}\"\n");

    assertThat(Recipe.ofFile(recipe).section(RunSection.class).modelNameOrPath())
        .isEqualTo(Path.of("${PATH} $PATH %PATH% ~ ${env:PATH}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "doc_to_text: !function CANARY.run",
        "doc_to_text: !!CANARY {}",
        "doc_to_text: !!python/object/apply:os.system ['id']",
        "process_docs: CANARY",
        "class: CANARY",
        "custom_dataset: CANARY",
        "include: /etc/passwd",
        "include: ../secret.txt",
        "dataset: ${PATH}/x.jsonl",
        "metric_list: [{metric: !function CANARY.run}]",
        "metric_list: [{metric: CANARY}]",
        "filter_list: [{name: a, filter: [{function: CANARY}]}]",
      })
  void aTaskFileReachesNothing(String line) throws IOException {
    Files.createDirectories(folder.resolve("tasks"));
    Map<String, String> keys = new HashMap<>();
    keys.put("task", "task: t");
    keys.put("dataset", "dataset: t.jsonl");
    keys.put("doc_to_text", "doc_to_text: '{{q}}'");
    keys.put("doc_to_target", "doc_to_target: a");
    keys.put(line.substring(0, line.indexOf(':')), line);
    Path file = write("tasks/t.yaml", String.join("\n", keys.values()));

    assertThatThrownBy(() -> TaskFiles.load(List.of(file), TaskOptions.NONE))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("t.yaml")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aTemplateOfATaskReachesNothing() throws IOException {
    write("t.jsonl", "{\"q\": \"x\", \"a\": \"y\"}\n");
    Path file =
        write(
            "t.yaml",
            """
            task: t
            dataset: t.jsonl
            doc_to_text: "{{ q.__class__ }}{% include 'SECRET' %}"
            doc_to_target: a
            """);

    assertThatThrownBy(
            () -> Task.open(TaskFiles.load(List.of(file), TaskOptions.NONE).get(0)).items())
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("{% include %} is not supported");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        text.replace("SECRET", folder.resolve("secret.txt").toString()).replace("CANARY", CANARY));
  }
}
