using Engine.Inference.Sampling;

namespace Engine.Inference.Tests.Sampling;

/// <summary>The sampler's specification: what is left to choose from, and with which probability, in plain doubles over the whole vocabulary.</summary>
internal static class ReferenceSampler
{
    /// <summary>The probability of each token; 0 for what the filters drop.</summary>
    public static double[] Distribution(ReadOnlySpan<float> logits, SamplingParameters parameters)
    {
        (int Id, double Logit)[] tokens = [.. logits.ToArray().Select((logit, id) => (id, logit / (double)parameters.Temperature))];
        tokens = [.. tokens.Where(token => !double.IsNegativeInfinity(token.Logit)).OrderByDescending(token => token.Logit).ThenBy(token => token.Id)];
        if (parameters.TopK > 0)
        {
            tokens = [.. tokens.Take(parameters.TopK)];
        }

        if (parameters.TypicalP < 1)
        {
            double[] weights = Softmax(tokens);
            double entropy = -weights.Sum(weight => weight > 0 ? weight * Math.Log(weight) : 0);
            (int Id, double Logit)[] kept = Prefix(tokens.Zip(weights).OrderBy(pair => Math.Abs(-Math.Log(pair.Second) - entropy)), parameters.TypicalP);
            tokens = [.. kept.OrderByDescending(token => token.Logit).ThenBy(token => token.Id)];
        }

        if (parameters.TopP < 1)
        {
            tokens = Prefix(tokens.Zip(Softmax(tokens)), parameters.TopP);
        }

        if (parameters.MinP > 0)
        {
            double[] weights = Softmax(tokens);
            tokens = [.. tokens.Where((_, index) => weights[index] >= parameters.MinP * weights[0])];
        }

        double[] distribution = new double[logits.Length];
        foreach (((int id, _), double weight) in tokens.Zip(Softmax(tokens)))
        {
            distribution[id] = weight;
        }

        return distribution;
    }

    private static double[] Softmax((int Id, double Logit)[] tokens)
    {
        double max = tokens.Max(token => token.Logit);
        double[] weights = [.. tokens.Select(token => Math.Exp(token.Logit - max))];
        double total = weights.Sum();
        return [.. weights.Select(weight => weight / total)];
    }

    private static (int Id, double Logit)[] Prefix(IEnumerable<((int Id, double Logit) Token, double Weight)> tokens, double share)
    {
        List<(int, double)> kept = [];
        double mass = 0;
        foreach (((int, double) token, double weight) in tokens)
        {
            if (kept.Count > 0 && mass >= share)
            {
                break;
            }

            kept.Add(token);
            mass += weight;
        }

        return [.. kept];
    }
}
