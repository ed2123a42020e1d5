package org.cofitune.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.http.ServerAddress;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.server.ApiServer;
import org.cofitune.server.ModelThread;
import org.cofitune.server.ServedModel;
import org.cofitune.server.ServerLimits;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model behind an HTTP interface. */
@Command(
    description = {
      "Loads a model and answers requests in the form of OpenAI's API: /v1/completions,"
          + " /v1/chat/completions, /v1/models, and /healthz. Requests that come together are"
          + " computed together. Ctrl-C lets running requests finish and ends.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune serve --model models/my-llama --delta runs/law/delta",
      "  cofitune serve --model models/my-llama --host 0.0.0.0 --api-key-file key.txt"
    })
final class ServeCommand implements Callable<Integer> {
  private static final String KEY_VARIABLE = "COFITUNE_API_KEY";
  private static final long LONGEST_KEY_FILE = 4096;

  private final Console console;

  @Mixin private ModelOptions modelOptions = new ModelOptions();

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      description = "What requests call the model (default: the checkpoint's folder).")
  private @Nullable String modelName;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = ServerAddress.DEFAULT_HOST,
      description =
          "Address to listen on; beyond this machine only with a key (default: ${DEFAULT-VALUE}).")
  private String host = ServerAddress.DEFAULT_HOST;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + ServerAddress.DEFAULT_PORT,
      description = "Port to listen on, 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port = ServerAddress.DEFAULT_PORT;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description =
          "File with the key that requests must carry (default: environment variable "
              + KEY_VARIABLE
              + ").")
  private @Nullable Path apiKeyFile;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  /** What {@code --json} prints when the server is ready. */
  private record Ready(@JsonProperty("base_url") String baseUrl, int port, String model) {}

  ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ServerAddress address = new ServerAddress(host, port, apiKey());
    ServerLimits limits = ServerLimits.DEFAULT;
    try (Interruption interruption = Interruption.listen(console, "stopping")) {
      try (Tokenizer tokenizer = Tokenizer.load(modelOptions.model)) {
        ServedModel served =
            new ServedModel(
                name(), modelOptions.model, ModelConfigReader.read(modelOptions.model), tokenizer);
        try (LoadedModel model = modelOptions.open();
            ModelThread thread =
                new ModelThread(model.decoder(), tokenizer, limits.waitingPrompts());
            ApiServer server = ApiServer.start(address, limits, served, thread)) {
          announce(server, served);
          interruption.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return ExitStatus.DONE;
  }

  private void announce(ApiServer server, ServedModel served) {
    if (common.json) {
      JsonOutput.print(console, new Ready(server.url(), server.port(), served.name()));
    } else {
      console.out().println("listening on " + server.url() + " with model " + served.name());
    }
    console.out().flush();
  }

  private String name() {
    return modelName == null
        ? modelOptions.model.toAbsolutePath().normalize().getFileName().toString()
        : modelName;
  }

  private @Nullable String apiKey() {
    if (apiKeyFile == null) {
      String key = System.getenv(KEY_VARIABLE);
      return key == null || key.isEmpty() ? null : key;
    }
    try {
      if (Files.size(apiKeyFile) <= LONGEST_KEY_FILE) {
        return Files.readString(apiKeyFile, StandardCharsets.UTF_8).strip();
      }
    } catch (IOException e) {
      throw keyFile(e.getClass().getSimpleName());
    }
    throw keyFile("more than " + LONGEST_KEY_FILE + " bytes");
  }

  private CofituneException keyFile(String found) {
    return CofituneException.of(ErrorKind.RECIPE, "the API key cannot be read")
        .at(String.valueOf(apiKeyFile))
        .expected("a text file with the key alone")
        .found(found)
        .next("check the path")
        .build();
  }
}
