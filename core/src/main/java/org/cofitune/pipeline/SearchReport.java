package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.cofitune.model.RegionParser;
import org.cofitune.search.Forecast;
import org.cofitune.search.SearchResult;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.cofitune.train.PrefixWork;
import org.jspecify.annotations.Nullable;

/**
 * {@code search/result.json}: what a search found and what it took.
 *
 * @param base the base model's score
 * @param forecast what ordered the candidates; null for none
 * @param work what the prefix cache did, since the process began
 * @param layers of the model
 */
record SearchReport(
    SearchResult result,
    Trial base,
    @Nullable Forecast forecast,
    PrefixWork work,
    SearchLog log,
    int layers) {

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("chosen", result.chosen());
    json.set("score", score(result.score()));
    json.set("base", score(base.score()));
    json.put("retention", result.score().versatility() / base.score().versatility());
    ArrayNode trials = json.putArray("trials");
    ArrayNode controls = json.putArray("controls");
    double seconds = 0;
    for (Trial trial : result.trials()) {
      ObjectNode line = line(trial);
      seconds += log.seconds(trial);
      (trial.role() == Trial.Role.NODE ? trials : controls).add(line);
    }
    ObjectNode foretold = json.putObject("forecast").put("used", forecast != null);
    if (result.forecastAgreement().isPresent()) {
      foretold.put("spearman", result.forecastAgreement().getAsDouble());
    } else {
      foretold.putNull("spearman");
    }
    json.putObject("steps").put("run", result.stepsRun()).put("saved", result.stepsSaved());
    json.putObject("frozen_layer_tokens")
        .put("computed", work.computed())
        .put("reused", work.reused());
    return json.put("seconds", seconds);
  }

  private ObjectNode line(Trial trial) {
    ObjectNode line =
        JsonNodeFactory.instance
            .objectNode()
            .put("region", trial.region())
            .put("level", trial.level())
            .put("role", trial.role().name().toLowerCase(Locale.ROOT))
            .put("steps", trial.steps())
            .put("parameters", trial.parameters());
    line.setAll(score(trial.score()));
    if (forecast != null) {
      line.put("promise", forecast.promise(RegionParser.parse(trial.region(), layers)));
    }
    return line.put("seconds", log.seconds(trial));
  }

  private static ObjectNode score(TrialScore score) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("speciality", score.speciality())
        .put("versatility", score.versatility())
        .put("uni", score.uni());
  }
}
