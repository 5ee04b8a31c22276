namespace Engine.Onnx.Operators.Contrib;

/// <summary>Which experts compute a token, and with what weight.</summary>
internal static unsafe class ExpertRouting
{
    /// <param name="logits">The router's scores, <c>[tokens, experts]</c>.</param>
    /// <param name="ownWeights">Weights to use in place of the softmax of the scores, of the same shape; null for none.</param>
    /// <param name="tokens">Rows.</param>
    /// <param name="experts">Columns.</param>
    /// <param name="chosen">Experts for each token: those with the largest scores, the lower number first where they are equal.</param>
    /// <param name="normalizes">Whether the weights of the chosen experts add up to 1.</param>
    /// <param name="weights">Receives the weight of every expert for every token, 0 for those that do not compute it.</param>
    public static void Choose(float* logits, float* ownWeights, int tokens, int experts, int chosen, bool normalizes, float* weights)
    {
        for (int token = 0; token < tokens; token++)
        {
            ReadOnlySpan<float> row = new(logits + (long)token * experts, experts);
            Span<float> result = new(weights + (long)token * experts, experts);
            result.Clear();
            float max = float.NegativeInfinity;
            foreach (float logit in row)
            {
                max = Math.Max(max, logit);
            }

            float all = 0;
            foreach (float logit in row)
            {
                all += MathF.Exp(logit - max);
            }

            float sum = 0;
            for (int i = 0; i < chosen; i++)
            {
                int best = -1;
                for (int expert = 0; expert < experts; expert++)
                {
                    if (result[expert] == 0 && (best < 0 || row[expert] > row[best]))
                    {
                        best = expert;
                    }
                }

                // An expert of vanishing weight is still chosen; the smallest number marks it.
                float weight = ownWeights is null ? MathF.Exp(row[best] - max) / all : ownWeights[(long)token * experts + best];
                result[best] = weight == 0 ? float.Epsilon : weight;
                sum += weight;
            }

            if (normalizes && sum > 0)
            {
                foreach (ref float weight in result)
                {
                    weight /= sum;
                }
            }
        }
    }
}
