namespace Engine.Inference.Sampling;

/// <summary>Typical-p, top-p and min-p over candidates sorted by logit, each on what the one before left.</summary>
internal static class Filters
{
    /// <summary>Drops candidates.</summary>
    /// <param name="candidates">The largest logit first; stays so.</param>
    /// <param name="parameters">Which filters.</param>
    /// <param name="max">The largest logit of the row.</param>
    /// <param name="mass">The mass of all tokens if the candidates are not all of them, else 0.</param>
    /// <param name="weights">Gets <c>exp((x - max) / temperature)</c> of each candidate that is left.</param>
    /// <param name="keys">Scratch, one place a candidate.</param>
    /// <returns>The sum of the weights that are left.</returns>
    public static double Apply(CandidateList candidates, SamplingParameters parameters, float max, double mass, Span<double> weights, Span<double> keys)
    {
        double total = Weigh(candidates, parameters.Temperature, max, weights);
        if (parameters.TypicalP < 1)
        {
            KeepTypical(candidates, parameters, max, total, weights, keys);
            total = Weigh(candidates, parameters.Temperature, max, weights);
        }

        if (parameters.TopP < 1)
        {
            total = KeepMass(candidates, parameters.TopP * (mass > 0 ? mass : total), weights);
        }

        return parameters.MinP > 0 ? KeepLikely(candidates, parameters.MinP, weights) : total;
    }

    /// <summary>The smallest logit that min-p can leave.</summary>
    public static float MinimumLogit(float max, SamplingParameters parameters) =>
        parameters.MinP > 0 ? (float)(max + (parameters.Temperature * (Math.Log(parameters.MinP) - 1e-3))) : float.NegativeInfinity;

    private static double Weigh(CandidateList candidates, float temperature, float max, Span<double> weights)
    {
        double total = 0;
        for (int index = 0; index < candidates.Count; index++)
        {
            weights[index] = Math.Exp(((double)candidates.LogitAt(index) - max) / temperature);
            total += weights[index];
        }

        return total;
    }

    /// <summary>Keeps the fewest candidates whose surprise is nearest to the expected one and whose mass reaches a share.</summary>
    private static void KeepTypical(CandidateList candidates, SamplingParameters parameters, float max, double total, Span<double> weights, Span<double> keys)
    {
        double entropy = 0;
        for (int index = 0; index < candidates.Count; index++)
        {
            double probability = weights[index] / total;
            entropy -= probability > 0 ? probability * Math.Log(probability) : 0;
        }

        for (int index = 0; index < candidates.Count; index++)
        {
            keys[index] = Math.Abs(-Math.Log(weights[index] / total) - entropy);
        }

        candidates.SortBy(keys);
        Weigh(candidates, parameters.Temperature, max, weights);
        int kept = CountForMass(weights[..candidates.Count], parameters.TypicalP * total, out _);
        candidates.Truncate(kept);
        candidates.SortDescending();
    }

    private static double KeepMass(CandidateList candidates, double wanted, ReadOnlySpan<double> weights)
    {
        candidates.Truncate(CountForMass(weights[..candidates.Count], wanted, out double mass));
        return mass;
    }

    private static double KeepLikely(CandidateList candidates, double share, ReadOnlySpan<double> weights)
    {
        double total = 0;
        int count = 0;
        while (count < candidates.Count && (count == 0 || weights[count] >= share * weights[0]))
        {
            total += weights[count++];
        }

        candidates.Truncate(count);
        return total;
    }

    private static int CountForMass(ReadOnlySpan<double> weights, double wanted, out double mass)
    {
        mass = 0;
        int count = 0;
        while (count < weights.Length && (count == 0 || mass < wanted))
        {
            mass += weights[count++];
        }

        return count;
    }
}
