namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>
/// Reads texts line by line and hands findings on as they come. An exception and its causes are one error, so the finding of a line that
/// may have causes waits for the next line. What no rule knows is counted, not handed on.
/// </summary>
/// <param name="found">Takes each finding.</param>
internal sealed class ErrorStream(Action<ConsulFinding> found)
{
    // Of Node's errors; each on a line of its own, indented.
    private static readonly string[] Fields = ["errno:", "code:", "syscall:", "address:", "port:", "hostname:", "library:", "reason:"];

    private long line;
    private long answerLine;
    private RecognisedError? held;
    private long heldLine;
    private RequestMention? context;
    private bool joinsNext;
    private bool isInTraceback;
    private bool headIsUnknown;
    private bool followsKnown;
    private RawAnswer? answer;
    private RequestMention? asked;

    private long unknown;
    private string? firstUnknown;
    private long firstUnknownLine;
    private bool firstLooksLikeError;

    /// <summary>True when at least one text was recognised.</summary>
    public bool HasFound { get; private set; }

    /// <summary>Findings say where they stand only when there is more than one line.</summary>
    public bool TellsLines { get; init; } = true;

    /// <summary>Adds a text of one line or several.</summary>
    public void Add(string text)
    {
        if (text.IndexOf('\n') < 0)
        {
            AddLine(text.AsSpan(), text);
            return;
        }
        var rest = text.AsSpan();
        while (true)
        {
            var end = rest.IndexOf('\n');
            AddLine(end < 0 ? rest : rest.Slice(0, end));
            if (end < 0) return;
            rest = rest.Slice(end + 1);
        }
    }

    /// <summary>Adds one line, without its line break.</summary>
    /// <param name="text">The line.</param>
    /// <param name="whole">The same as a string where there is one already.</param>
    public void AddLine(ReadOnlySpan<char> text, string? whole = null)
    {
        line++;
        var trimmed = text.Trim();
        if (answer is not null)
        {
            if (answer.Take(text)) return;
            EndAnswer();
        }
        if (trimmed.IsEmpty || IsFrame(text, trimmed)) return;
        if (trimmed[0] is 'H' or '<' or '>' && IsWire(trimmed)) return;

        // What Node prints of an error's fields says again what its message said.
        if ((held is not null || followsKnown) && IsField(text, trimmed))
        {
            if (held is { IsGeneral: true } && Recognise(text, whole, context) is { IsGeneral: false } told) Hold(held.CausedBy(told));
            return;
        }
        if (Continues(text, trimmed))
        {
            if (Recognise(text, whole, context) is { } cause) Hold(held is null ? cause : held.CausedBy(cause));
            return;
        }
        Flush();
        if (!ErrorTexts.MayBeKnown(text))
        {
            // Most lines of a log: nothing was allocated for them.
            Unknown(text);
            return;
        }
        if (Recognise(text, whole, null) is { } known)
        {
            Hold(known);
            // Only exceptions have causes that follow; everything else is told at once.
            if (text.IndexOf("xception".AsSpan(), StringComparison.Ordinal) < 0 && text.IndexOf("Error".AsSpan(), StringComparison.Ordinal) < 0)
            {
                Flush();
                followsKnown = true;
            }
            return;
        }
        Unknown(text);
    }

    /// <summary>All texts have come in. Hands on what waits, and one finding for all that was not recognised.</summary>
    /// <param name="tellsUnknown">False keeps the finding of what was not recognised.</param>
    public void End(bool tellsUnknown = true)
    {
        EndAnswer();
        Flush();
        if (unknown == 0 || !tellsUnknown) return;
        found(ConsulFinding.Create("Error.NotRecognised",
            ("text", firstUnknown is null ? null : ErrorTexts.Show(firstUnknown)), ("lines", unknown), ("line", TellsLines ? firstUnknownLine : null)));
    }

    /// <summary>Hands on a finding that another reader made, in its turn.</summary>
    public void Pass(ConsulFinding finding)
    {
        EndAnswer();
        Flush();
        HasFound = true;
        found(finding);
    }

    private static RecognisedError? Recognise(ReadOnlySpan<char> text, string? whole, RequestMention? context) =>
        ErrorTexts.MayBeKnown(text) ? ErrorTexts.Recognise(whole ?? text.ToString(), context) : null;

    private void Hold(RecognisedError error)
    {
        // The head of a record that is known by its cause was no unknown line.
        if (headIsUnknown) (unknown, headIsUnknown) = (unknown - 1, false);
        if (held is null) heldLine = line;
        held = error;
        context = error.Request.Within(context);
    }

    private void Flush()
    {
        if (held is { } known)
        {
            HasFound = true;
            found(known.ToFinding(("line", TellsLines ? heldLine : null)));
        }
        (held, context, joinsNext, isInTraceback, headIsUnknown, followsKnown) = (null, null, false, false, false, false);
    }

    private void Unknown(ReadOnlySpan<char> text)
    {
        if (!HasLetters(text)) return;
        unknown++;
        headIsUnknown = true;
        if (firstLooksLikeError) return;
        var looks = ErrorTexts.LooksLikeError(text);
        if (looks || firstUnknown is null) (firstUnknown, firstUnknownLine, firstLooksLikeError) = (text.ToString(), line, looks);
        // Who the causes of an unknown exception are about is said here, too.
        if (looks && text.IndexOf("xception".AsSpan(), StringComparison.Ordinal) >= 0) context = RequestMention.Of(SecretMask.Apply(text.ToString()));
    }

    /// <summary>True for a line of a request or an answer as curl prints it that needs no more reading.</summary>
    private bool IsWire(ReadOnlySpan<char> trimmed)
    {
        if (RawAnswer.Asked(trimmed) is { } request)
        {
            asked = request;
            return true;
        }
        if (RawAnswer.Open(trimmed) is not { } opened) return false;
        Flush();
        (answer, answerLine) = (opened, line);
        return true;
    }

    private void EndAnswer()
    {
        if (answer is not { } ended) return;
        var known = ended.Recognise(asked);
        (answer, asked) = (null, null);
        if (known is null)
        {
            Unknown((ended.Body is null ? $"HTTP {ended.Status}" : $"HTTP {ended.Status}: {ended.Body}").AsSpan());
            return;
        }
        Hold(known);
        heldLine = answerLine;
        Flush();
    }

    private static bool IsField(ReadOnlySpan<char> text, ReadOnlySpan<char> trimmed)
    {
        if (!char.IsWhiteSpace(text[0])) return false;
        foreach (var field in Fields)
            if (trimmed.StartsWith(field.AsSpan(), StringComparison.Ordinal)) return true;
        return false;
    }

    // Stack frames of Java, .NET, Node, Go and Python: where it happened, not what.
    private static bool IsFrame(ReadOnlySpan<char> text, ReadOnlySpan<char> trimmed)
    {
        if (trimmed[0] is not ('a' or '.' or '-' or 'F' or '^' or '~')) return false;
        return (trimmed.StartsWith("at ".AsSpan(), StringComparison.Ordinal) && (char.IsWhiteSpace(text[0]) || trimmed.IndexOf('(') > 0))
            || (trimmed.StartsWith("... ".AsSpan(), StringComparison.Ordinal) && trimmed.EndsWith("more".AsSpan(), StringComparison.Ordinal))
            || trimmed.StartsWith("--- End of ".AsSpan(), StringComparison.Ordinal)
            || (char.IsWhiteSpace(text[0]) && (trimmed.StartsWith("File \"".AsSpan(), StringComparison.Ordinal) || trimmed[0] is '^' or '~'));
    }

    /// <summary>True when the line goes on telling the error of the lines before it.</summary>
    private bool Continues(ReadOnlySpan<char> text, ReadOnlySpan<char> trimmed)
    {
        switch (trimmed[0])
        {
            case 'T' when trimmed.StartsWith("Traceback (most recent call last)".AsSpan(), StringComparison.Ordinal):
                isInTraceback = joinsNext = true;
                return true;
            case 'T' when trimmed.StartsWith("The above exception was the direct cause".AsSpan(), StringComparison.Ordinal):
            case 'D' when trimmed.StartsWith("During handling of the above exception".AsSpan(), StringComparison.Ordinal):
                joinsNext = true;
                return true;
            case 'C' or 'c' when trimmed.StartsWith("Caused by".AsSpan(), StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("cause:".AsSpan(), StringComparison.Ordinal):
            case '[' when trimmed.StartsWith("[cause]:".AsSpan(), StringComparison.Ordinal):
            case 'S' when trimmed.StartsWith("Suppressed: ".AsSpan(), StringComparison.Ordinal):
            case '-' when trimmed.StartsWith("---> ".AsSpan(), StringComparison.Ordinal):
                return true;
        }
        // Python: source lines are indented, the exception is not; and the next link of its chain follows a sentence of its own.
        if (isInTraceback && char.IsWhiteSpace(text[0])) return true;
        if (!joinsNext) return false;
        joinsNext = isInTraceback = false;
        return true;
    }

    private static bool HasLetters(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
            if (char.IsLetterOrDigit(letter)) return true;
        return false;
    }
}
