package org.cofitune.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.importance.Importance;
import org.cofitune.importance.ImportanceFolder;
import org.cofitune.importance.MaskCoverage;
import org.cofitune.importance.MaskTarget;
import org.cofitune.importance.RowFactors;
import org.cofitune.importance.SoftMask;
import org.cofitune.importance.SoftMaskSettings;
import org.cofitune.importance.UnitImportance;
import org.cofitune.importance.UnitKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.store.Fingerprint;
import org.cofitune.train.TrainingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fine level of CoFiTune: rows learn the less, the more their unit matters already. */
public final class SoftMaskTraining implements Method {
  private static final Logger log = LoggerFactory.getLogger(SoftMaskTraining.class);

  private final MethodName name;
  private final ModelConfig config;
  private final SoftMaskSettings settings;
  private final List<CorpusImportance> corpora;
  private final UnitImportance importance;
  private final RowFactors factors;
  private final MaskCoverage coverage;

  private SoftMaskTraining(
      MethodName name,
      ModelConfig config,
      SoftMaskSettings settings,
      List<CorpusImportance> corpora,
      UnitImportance importance,
      RowFactors factors,
      MaskCoverage coverage) {
    this.name = name;
    this.config = config;
    this.settings = settings;
    this.corpora = List.copyOf(corpora);
    this.importance = importance;
    this.factors = factors;
    this.coverage = coverage;
  }

  static SoftMaskTraining of(
      MethodArguments arguments, SoftMaskArguments mask, Method.Subject subject) {
    Path directory = Objects.requireNonNull(arguments.importanceDir());
    ModelConfig config = subject.config();
    List<CorpusImportance> corpora = new ArrayList<>();
    List<UnitImportance> each = new ArrayList<>();
    for (Path folder : ImportanceFolder.corpora(directory)) {
      Importance read =
          ImportanceFolder.read(folder, config, subject.modelFingerprint(), mask.modelCheck());
      corpora.add(
          new CorpusImportance(
              folder.toAbsolutePath().normalize().getFileName().toString(), read.description()));
      each.add(read.vectors().normalised());
    }
    UnitImportance importance = UnitImportance.maximum(each);
    RowFactors factors = new RowFactors(config, importance, mask.settings());
    MaskCoverage coverage = factors.coverage(subject.region().parameters(config).keySet());
    requireEffect(coverage, mask, subject);
    return new SoftMaskTraining(
        arguments.method(), config, mask.settings(), corpora, importance, factors, coverage);
  }

  private static void requireEffect(
      MaskCoverage coverage, SoftMaskArguments mask, Method.Subject subject) {
    if (coverage.maskedTensors() == 0) {
      throw CofituneException.of(ErrorKind.RECIPE, "the soft mask masks nothing of the region")
          .at("region")
          .expected("at least one of q_proj, k_proj, v_proj, up_proj, down_proj")
          .found(subject.region().text())
          .next(
              "widen the region, name a rule (soft_mask.gate_proj, soft_mask.o_proj), or train"
                  + " with method region")
          .build();
    }
    if (coverage.isWithoutEffect()) {
      log.warn(
          "the soft mask leaves every row of {} as it is: {}",
          subject.region().text(),
          mask.strength() == 0 ? "its strength is 0" : "every importance is 0");
    }
    if (mask.target() == MaskTarget.GRADIENT) {
      log.warn(
          "soft_mask.target gradient hardly damps anything, because AdamW divides by the gradient's"
              + " own size; update does");
    }
  }

  @Override
  public MethodName name() {
    return name;
  }

  public SoftMaskSettings settings() {
    return settings;
  }

  /** What the mask leaves of every row of the model. */
  public RowFactors factors() {
    return factors;
  }

  /** How much of the region it reaches. */
  public MaskCoverage coverage() {
    return coverage;
  }

  /** Names of the corpora whose importance it combines. */
  public List<String> corpora() {
    return corpora.stream().map(CorpusImportance::name).toList();
  }

  @Override
  public Map<String, String> identity() {
    return Map.of(
        "method", name.word(),
        "soft mask", "%s %s %s".formatted(target(), settings.strength(), rules()),
        "importance", fingerprint().sha256());
  }

  @Override
  public ObjectNode description() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name.word());
    ObjectNode mask = json.putObject("soft_mask");
    mask.put("target", target()).put("strength", settings.strength());
    ObjectNode rowsBy = mask.putObject("rows_by");
    rules().forEach(rowsBy::put);
    mask.put("masked_tensors", coverage.maskedTensors());
    mask.put("free_tensors", coverage.freeTensors());
    mask.put("mean_factor", coverage.meanFactor());
    mask.put("importance_sha256", fingerprint().sha256());
    corpora.forEach(corpus -> mask.withArray("/corpora").add(corpus.toJson()));
    return json;
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    SoftMask mask = new SoftMask(config, importance, settings, new MaskWatch(log::warn));
    return new MethodTask(task.withRule(mask), mask::close);
  }

  private String target() {
    return settings.target().name().toLowerCase(Locale.ROOT);
  }

  private Map<String, String> rules() {
    Map<String, String> rules = new TreeMap<>();
    settings.rules().kinds().forEach((p, kind) -> rules.put(p.shortName(), kind.word()));
    return rules;
  }

  /** Of the combined importance of every unit, wherever its files are. */
  private Fingerprint fingerprint() {
    StringBuilder text = new StringBuilder();
    for (UnitKind kind : UnitKind.values()) {
      double[] values = importance.values().flat(kind);
      ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.length);
      bytes.asDoubleBuffer().put(values);
      text.append(kind.word()).append(' ').append(Fingerprint.ofBytes(bytes.array())).append('\n');
    }
    return Fingerprint.ofText(text.toString());
  }
}
