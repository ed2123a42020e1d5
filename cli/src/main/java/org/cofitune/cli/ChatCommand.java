package org.cofitune.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A conversation at the terminal. */
@Command(
    description = {
      "Talks with a model, a line at a time; the answer appears as it is made. /new forgets the"
          + " conversation, /quit or the end of input leaves.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune chat --model models/my-llama --delta runs/law/delta",
      "  echo \"What is a lien?\" | cofitune chat --model models/my-llama"
    })
final class ChatCommand implements Callable<Integer> {
  private static final String PROMPT = "> ";
  private static final String FORGET = "/new";
  private static final String LEAVE = "/quit";

  private final Console console;

  @Mixin private ModelOptions modelOptions = new ModelOptions();

  @Option(names = "--system", paramLabel = "TEXT", description = "System message.")
  private @Nullable String system;

  @Mixin private SamplingOptions sampling = new SamplingOptions();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  ChatCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(modelOptions.model)) {
      Prompts prompts =
          new Prompts(modelOptions.model, tokenizer, ModelConfigReader.read(modelOptions.model));
      GenerationConfig config = sampling.resolve(modelOptions.model, tokenizer);
      try (LoadedModel model = modelOptions.open()) {
        talk(new Generator(model.decoder(), tokenizer), prompts, config);
      }
    }
    return ExitStatus.DONE;
  }

  private void talk(Generator generator, Prompts prompts, GenerationConfig config)
      throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<Message> messages = beginning();
    for (String line = ask(input); line != null && !line.equals(LEAVE); line = ask(input)) {
      if (line.equals(FORGET)) {
        messages = beginning();
        continue;
      }
      if (line.isBlank()) {
        continue;
      }
      messages.add(Message.user(line));
      int[] prompt = prompts.ofConversation(messages);
      Generation answer = generator.generate(List.of(prompt), config, listener()).get(0);
      if (common.json) {
        JsonOutput.print(console, Message.assistant(answer.text()));
      } else {
        console.out().println();
      }
      messages.add(Message.assistant(answer.text()));
    }
  }

  private List<Message> beginning() {
    List<Message> messages = new ArrayList<>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    return messages;
  }

  private @Nullable String ask(BufferedReader input) throws IOException {
    if (console.outTerminal()) {
      console.out().print(PROMPT);
      console.out().flush();
    }
    return input.readLine();
  }

  private GenerationListener listener() {
    return new GenerationListener() {
      @Override
      public void onText(int row, String piece) {
        if (!common.json) {
          console.out().print(piece);
          console.out().flush();
        }
      }
    };
  }
}
