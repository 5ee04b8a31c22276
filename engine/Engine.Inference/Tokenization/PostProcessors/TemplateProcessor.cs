namespace Engine.Inference.Tokenization.PostProcessors;

/// <summary>A list of places for a single text and one for a pair: a text, or tokens to put in.</summary>
internal sealed class TemplateProcessor(TemplatePiece[] single, TemplatePiece[] pair) : PostProcessor
{
    /// <summary>[CLS] A [SEP], or [CLS] A [SEP] B [SEP].</summary>
    public static TemplateProcessor Bert(int cls, int sep) => new(
        [TemplatePiece.Special([cls], 0), TemplatePiece.First(0), TemplatePiece.Special([sep], 0)],
        [TemplatePiece.Special([cls], 0), TemplatePiece.First(0), TemplatePiece.Special([sep], 0), TemplatePiece.Second(1), TemplatePiece.Special([sep], 1)]);

    /// <summary>As BERT's, with two separators between the texts and one segment for all.</summary>
    public static TemplateProcessor Roberta(int cls, int sep) => new(
        [TemplatePiece.Special([cls], 0), TemplatePiece.First(0), TemplatePiece.Special([sep], 0)],
        [
            TemplatePiece.Special([cls], 0), TemplatePiece.First(0), TemplatePiece.Special([sep], 0),
            TemplatePiece.Special([sep], 0), TemplatePiece.Second(0), TemplatePiece.Special([sep], 0),
        ]);

    /// <summary>The same tokens before and behind each text; null where there are none.</summary>
    public static TemplateProcessor? Around(int[] before, int[] behind) => before.Length + behind.Length == 0 ? null : new(
        [TemplatePiece.Special(before, 0), TemplatePiece.First(0), TemplatePiece.Special(behind, 0)],
        [
            TemplatePiece.Special(before, 0), TemplatePiece.First(0), TemplatePiece.Special(behind, 0),
            TemplatePiece.Special(before, 1), TemplatePiece.Second(1), TemplatePiece.Special(behind, 1),
        ]);

    public override int AddedCount(bool isPair) => (isPair ? pair : single).Sum(piece => piece.SpecialIds?.Length ?? 0);

    public override List<EncodedPart> Process(List<EncodedPart> parts, bool addSpecialTokens)
    {
        List<EncodedPart> result = [];
        foreach (TemplatePiece piece in parts.Count > 1 ? pair : single)
        {
            if (piece.SpecialIds is null)
            {
                result.Add(EncodedPart.Of(parts[piece.IsSecond ? 1 : 0].Ids, piece.TypeId));
            }
            else if (addSpecialTokens)
            {
                result.Add(EncodedPart.Of(piece.SpecialIds, piece.TypeId, isSpecial: true));
            }
        }

        return result;
    }
}

/// <summary>One place of a template: tokens to put in, or the first or second text.</summary>
internal sealed record TemplatePiece(int[]? SpecialIds, bool IsSecond, int TypeId)
{
    public static TemplatePiece First(int typeId) => new(null, IsSecond: false, typeId);

    public static TemplatePiece Second(int typeId) => new(null, IsSecond: true, typeId);

    public static TemplatePiece Special(int[] ids, int typeId) => new(ids, IsSecond: false, typeId);
}
