using System.Globalization;
using System.Text;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Inference;

/// <summary>A tokenizer in which every byte of UTF-8 is the token of its number; 256 ends an answer and 257 is another control token.</summary>
internal static class ByteTokenizer
{
    public const int EndToken = 256;
    public const int ControlToken = 257;

    private static readonly Lazy<Tokenizer> Loaded = new(Load);

    public static Tokenizer Instance => Loaded.Value;

    public static int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    private static Tokenizer Load()
    {
        // The alphabet of byte-level BPE: printable bytes stand for themselves, the others for characters from 256 on.
        StringBuilder vocabulary = new();
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            int character = printable ? value : next++;
            vocabulary.Append(CultureInfo.InvariantCulture, $"\"\\u{character:x4}\":{value},");
        }

        string json = $$"""
            {"added_tokens":[
              {"id":256,"content":"<|end|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":257,"content":"<|user|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
             "normalizer":null,
             "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
             "post_processor":null,
             "decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
             "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
               "fuse_unk":false,"byte_fallback":false,"vocab":{ {{vocabulary.ToString().TrimEnd(',')}} },"merges":[] } }
            """;
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, json);
        try
        {
            return Tokenizer.Load(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
