using BenchmarkDotNet.Attributes;
using Engine.Inference.Tokenization;

namespace Engine.Benchmarks.Tokenization;

/// <summary>
/// Encoding and decoding WikiText-2 (1.29 MB). Divide 1.29 MB by the time to compare with other tokenizers' megabytes a second: Hugging Face's
/// reach on one core 6.1 (llama-3.1), 2.4 (qwen2.5), 3.0 (gpt2), 3.8 (llama-2), 2.9 (bert) and 2.8 (t5) line by line with a full cache.
/// </summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private Tokenizer _tokenizer = null!;
    private string _text = null!;
    private string[] _lines = null!;
    private int[] _ids = null!;

    [Params("llama-3.1", "qwen2.5", "gpt2", "llama-2", "bert-base-uncased", "t5-small")]
    public string Family { get; set; } = null!;

    [GlobalSetup]
    public void Load()
    {
        _tokenizer = Tokenizer.Load(TokenizerFiles.PathOf(Family));
        _text = TokenizerFiles.WikiText();
        _lines = _text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _ids = _tokenizer.Encode(_text, addSpecialTokens: false);
    }

    [Benchmark]
    public int EncodeLines()
    {
        int count = 0;
        foreach (string line in _lines)
        {
            count += _tokenizer.Encode(line, addSpecialTokens: false).Length;
        }

        return count;
    }

    [Benchmark]
    public int EncodeWholeText() => _tokenizer.Encode(_text, addSpecialTokens: false).Length;

    [Benchmark]
    public int DecodeWholeText() => _tokenizer.Decode(_ids).Length;

    [Benchmark]
    public int StreamWholeText()
    {
        Detokenizer detokenizer = _tokenizer.CreateDetokenizer();
        int length = 0;
        foreach (int id in _ids)
        {
            length += detokenizer.Append(id).Length;
        }

        return length + detokenizer.Flush().Length;
    }
}
