using System.Globalization;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>
/// An HTTP answer as <c>curl -i</c> and <c>curl -v</c> print it, read line by line: status line, headers, blank line, body. Consul's
/// bodies are one line; with the status around them they mean what the same words elsewhere do not.
/// </summary>
internal sealed class RawAnswer
{
    private readonly bool isMarked;
    private bool isInBody;
    private bool namesConsul;

    private RawAnswer(int status, bool isMarked)
    {
        Status = status;
        this.isMarked = isMarked;
    }

    /// <summary>The status.</summary>
    public int Status { get; }

    /// <summary>The body's first line, secrets masked; null while none was read.</summary>
    public string? Body { get; private set; }

    /// <summary>The answer that <paramref name="line"/> opens; null when it opens none, or one that is no error.</summary>
    public static RawAnswer? Open(ReadOnlySpan<char> line)
    {
        var isMarked = line.StartsWith("< HTTP/".AsSpan(), StringComparison.Ordinal);
        if (!isMarked && !line.StartsWith("HTTP/".AsSpan(), StringComparison.Ordinal)) return null;
        var space = line.IndexOf("/".AsSpan(), StringComparison.Ordinal) is var slash && line.Slice(slash).IndexOf(' ') is >= 0 and var gap ? slash + gap + 1 : line.Length;
        var code = line.Slice(space);
        if (code.Length < 3 || (code.Length > 3 && code[3] != ' ')) return null;
        return int.TryParse(code.Slice(0, 3).ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599 ? new RawAnswer(status, isMarked) : null;
    }

    /// <summary>The request line of <c>curl -v</c>, <c>&gt; PUT /v1/kv/a HTTP/1.1</c>; null when the line is none.</summary>
    public static RequestMention? Asked(ReadOnlySpan<char> line) =>
        line.StartsWith("> ".AsSpan(), StringComparison.Ordinal) && line.IndexOf(" HTTP/".AsSpan(), StringComparison.Ordinal) is > 0 and var end
            ? RequestMention.Of(SecretMask.Apply(line.Slice(2, end - 2).ToString()))
            : null;

    /// <summary>Takes a line that belongs to the answer; false when it does not and the answer has ended before it.</summary>
    public bool Take(ReadOnlySpan<char> line)
    {
        if (Body is not null) return false;
        var trimmed = line.Trim();
        if (!isInBody)
        {
            var header = isMarked && line.Length > 0 && line[0] == '<' ? line.Slice(1).Trim() : trimmed;
            if (header.IsEmpty) isInBody = true;
            else if (isMarked ? line[0] is not ('<' or '*' or '{' or '}') : !IsHeader(header)) return false;
            else namesConsul |= header.StartsWith("X-Consul-".AsSpan(), StringComparison.OrdinalIgnoreCase);
            return true;
        }
        // Between header and body curl -v tells of its progress.
        if (trimmed.IsEmpty || (isMarked && trimmed[0] is '*' or '{' or '}' && trimmed.Length > 1 && trimmed[1] == ' ')) return true;
        // No line break ends Consul's bodies: what curl -v says next stands behind them.
        var next = trimmed.IndexOf("* Connection #".AsSpan(), StringComparison.Ordinal);
        Body = SecretMask.Apply((next > 0 ? trimmed.Slice(0, next) : trimmed).ToString());
        return true;
    }

    /// <summary>What the answer means; null when it may be any server's.</summary>
    /// <param name="asked">The request before it; null when it was not shown.</param>
    public RecognisedError? Recognise(RequestMention? asked)
    {
        var request = asked ?? new RequestMention();
        var known = namesConsul || request.NamesConsul || (Body is not null && ErrorTexts.IsConsulsBody(Status, Body, request)) ? ErrorTexts.OfAnswer(Status, Body, request) : null;
        return known is null ? null : known with { Evidence = [.. known.Evidence, ("text", ErrorTexts.Show(Body is null ? $"HTTP {Status}" : $"HTTP {Status}: {Body}"))] };
    }

    private static bool IsHeader(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        if (colon <= 0) return false;
        foreach (var letter in line.Slice(0, colon))
            if (!char.IsLetterOrDigit(letter) && letter is not ('-' or '_')) return false;
        return true;
    }
}
