package org.cofitune.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.GenerationListener;
import org.cofitune.generate.Generator;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.text.Message;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues one text, or every line of a file. */
@Command(
    description = {
      "Continues a text, or answers a question in the checkpoint's own chat format. A file of"
          + " prompts is computed in batches; one JSON object a line comes out, in the order of"
          + " the rows.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune generate --model models/my-llama --prompt \"Once upon a time\"",
      "  cofitune generate --model models/my-llama --delta runs/law/delta --ask \"What is a lien?\"",
      "  cofitune generate --model models/my-llama --file prompts.jsonl > answers.jsonl"
    })
final class GenerateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelOptions modelOptions = new ModelOptions();

  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  @Mixin private SamplingOptions sampling = new SamplingOptions();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  /** What is continued. */
  static final class Source {
    @Option(
        names = "--prompt",
        paramLabel = "TEXT",
        description = "Text that is continued as it stands.")
    @Nullable String prompt;

    @Option(
        names = "--ask",
        paramLabel = "TEXT",
        description = "Question that is asked in the checkpoint's chat format.")
    @Nullable String question;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "JSON Lines with \"prompt\", \"messages\" or \"instruction\" (and \"input\") each.")
    @Nullable Path file;
  }

  /** One line of output. */
  private record Answer(
      int row,
      String text,
      @JsonProperty("finish_reason") String finishReason,
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("completion_tokens") int completionTokens) {
    static Answer of(int row, Generation generation) {
      return new Answer(
          row,
          generation.text(),
          generation.finishReason().name().toLowerCase(Locale.ROOT),
          generation.promptTokens(),
          generation.tokens().size());
    }
  }

  GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (Tokenizer tokenizer = Tokenizer.load(modelOptions.model)) {
      Prompts prompts =
          new Prompts(modelOptions.model, tokenizer, ModelConfigReader.read(modelOptions.model));
      GenerationConfig config = sampling.resolve(modelOptions.model, tokenizer);
      List<int[]> rows = rows(prompts);
      try (LoadedModel model = modelOptions.open()) {
        generate(new Generator(model.decoder(), tokenizer), rows, config);
      }
    }
    return ExitStatus.DONE;
  }

  private List<int[]> rows(Prompts prompts) {
    if (source.prompt != null) {
      return List.of(prompts.ofText(source.prompt));
    }
    if (source.question != null) {
      return List.of(prompts.ofConversation(List.of(Message.user(source.question))));
    }
    return new PromptFile(
            Objects.requireNonNull(source.file), prompts::ofText, prompts::ofConversation)
        .read();
  }

  private void generate(Generator generator, List<int[]> prompts, GenerationConfig config) {
    boolean lines = source.file != null;
    if (lines || common.json) {
      List<Generation> generations = generator.generate(prompts, config);
      List<Answer> answers = new ArrayList<>();
      for (int row = 0; row < generations.size(); row++) {
        answers.add(Answer.of(row, generations.get(row)));
      }
      if (lines) {
        answers.forEach(answer -> JsonOutput.print(console, answer));
      } else {
        JsonOutput.print(console, answers.get(0));
      }
      return;
    }
    if (source.prompt != null) {
      console.out().print(source.prompt);
    }
    generator.generate(prompts, config, streaming());
    console.out().println();
  }

  private GenerationListener streaming() {
    return new GenerationListener() {
      @Override
      public void onText(int row, String piece) {
        console.out().print(piece);
        console.out().flush();
      }
    };
  }
}
