package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.model.adapter.AdaptedModule;
import org.cofitune.model.adapter.AdapterDropout;
import org.cofitune.model.adapter.AdapterFolder;
import org.cofitune.model.adapter.AdapterSettings;
import org.cofitune.model.adapter.LowRankAdapters;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingTask;

/**
 * Low-rank adapters on projections of a region; the model's own weights stay frozen until the
 * adapters are merged into them at the end.
 */
public final class LoraTraining implements Method {
  private final AdapterSettings settings;
  private final List<AdaptedModule> modules;

  private LoraTraining(AdapterSettings settings, List<AdaptedModule> modules) {
    this.settings = settings;
    this.modules = List.copyOf(modules);
  }

  /**
   * Settles what gets adapters.
   *
   * @throws CofituneException of kind RECIPE, at the key, where the region does not have what the
   *     arguments ask for
   */
  public static LoraTraining of(LoraArguments arguments, ModelConfig config, Region region) {
    List<AdaptedModule> modules = AdaptedModule.among(config, region.parameters(config).keySet());
    for (String wanted : arguments.targetModules()) {
      if (modules.stream().noneMatch(module -> module.projection().shortName().equals(wanted))) {
        throw CofituneException.of(ErrorKind.RECIPE, "a module outside the region has no adapter")
            .at("lora.target_modules")
            .expected("modules of the region " + region.text())
            .found(wanted)
            .next("widen the region, or leave the module out")
            .build();
      }
    }
    if (!arguments.targetModules().isEmpty()) {
      modules =
          modules.stream()
              .filter(m -> arguments.targetModules().contains(m.projection().shortName()))
              .toList();
    }
    modules.forEach(module -> requireLowRank(arguments.rank(), module, config));
    return new LoraTraining(arguments.settings(), modules);
  }

  private static void requireLowRank(int rank, AdaptedModule module, ModelConfig config) {
    int rows = config.rows(module.projection());
    int columns = config.columns(module.projection());
    if (rank > Math.min(rows, columns)) {
      throw CofituneException.of(ErrorKind.RECIPE, "the rank is higher than a weight can have")
          .at("lora.rank")
          .expected("at most %d, for %s".formatted(Math.min(rows, columns), module.name()))
          .found(rank)
          .next("lower the rank, or leave the module out with lora.target_modules")
          .build();
    }
  }

  @Override
  public MethodName name() {
    return MethodName.LORA;
  }

  public AdapterSettings settings() {
    return settings;
  }

  /** The projections that get adapters, in the order of the forward pass. */
  public List<AdaptedModule> modules() {
    return modules;
  }

  private List<String> projections() {
    return modules.stream().map(m -> m.projection().shortName()).distinct().toList();
  }

  @Override
  public Map<String, String> identity() {
    return Map.of(
        "method",
        name().word(),
        "adapters",
        "rank %d, alpha %s, dropout %s%s, of %s"
            .formatted(
                settings.rank(),
                settings.alpha(),
                settings.dropout(),
                settings.rankStabilised() ? ", rslora" : "",
                String.join(",", projections())));
  }

  @Override
  public ObjectNode description() {
    ObjectNode json =
        MethodDescription.of(
            name(),
            "adapters of rank %d, alpha %s%s, dropout %s",
            settings.rank(),
            settings.alpha(),
            settings.rankStabilised() ? " (rslora)" : "",
            settings.dropout());
    ObjectNode lora = json.putObject("lora");
    lora.put("rank", settings.rank()).put("alpha", settings.alpha());
    lora.put("dropout", settings.dropout()).put("rslora", settings.rankStabilised());
    projections().forEach(lora.putArray("target_modules")::add);
    return json;
  }

  @Override
  public Map<String, List<Long>> changed(ModelConfig config, Region region) {
    Map<String, List<Long>> all = region.parameters(config);
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    modules.forEach(module -> shapes.put(module.weight(), all.get(module.weight())));
    return shapes;
  }

  @Override
  public long trainedNumbers(ModelConfig config, Region region) {
    return modules.stream()
        .mapToLong(m -> (long) config.rows(m.projection()) + config.columns(m.projection()))
        .map(sum -> sum * settings.rank())
        .sum();
  }

  /** Nothing of the model itself is trained. */
  @Override
  public TrainingTask begin(
      Decoder decoder,
      Region region,
      List<TokenizedExample> rows,
      List<TokenizedExample> evalRows,
      TrainingArguments arguments) {
    return TrainingTask.ofFrozen(decoder, modules.get(0).layer(), rows, evalRows, arguments);
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    ModelConfig config = task.decoder().config();
    Parameters parameters = task.decoder().parameters();
    long seed = task.arguments().seed();
    LowRankAdapters adapters = LowRankAdapters.initial(config, parameters, modules, settings, seed);
    BatchDropout dropout = new BatchDropout(settings.dropout(), seed, parameters);
    AdapterDropout drops = settings.dropout() == 0 ? AdapterDropout.NONE : dropout;
    Decoder adapted =
        new Decoder(
            config,
            parameters,
            adapters.beside(Decoder.plainProjections(config, parameters), drops));
    return new MethodTask(
        task.withTensors(adapted, tensors(adapters)).withRule(dropout),
        (description, adapter) -> {
          if (Files.notExists(adapter)) {
            AdapterFolder.write(adapter, adapters, settings, config.numHiddenLayers(), description);
          }
          adapters.mergeInto(parameters);
        },
        () -> {
          adapted.close();
          adapters.close();
        });
  }

  private static List<TrainedTensor> tensors(LowRankAdapters adapters) {
    List<TrainedTensor> tensors = new ArrayList<>();
    adapters
        .pairs()
        .forEach(
            (module, pair) -> {
              tensors.add(new TrainedTensor(module.keyOfA(), pair.a(), true));
              tensors.add(new TrainedTensor(module.keyOfB(), pair.b(), true));
            });
    return tensors;
  }
}
