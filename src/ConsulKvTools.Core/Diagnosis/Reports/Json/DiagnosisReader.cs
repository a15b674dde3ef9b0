using System.Text.Json;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>Reads the document of a diagnosis member by member, so that whatever is wrong can be named with its place.</summary>
internal static class DiagnosisReader
{
    // A diagnosis nests five levels; more is no diagnosis, and must not cost a stack.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Every diagnosis of a document or an array of documents.</summary>
    public static IReadOnlyList<ConsulDiagnosis> ReadAll(string json)
    {
        if (string.IsNullOrWhiteSpace(json)) throw Unreadable("it is empty");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json.TrimStart('\uFEFF'), Reading);
        }
        catch (JsonException broken)
        {
            throw Unreadable($"it is no JSON, or was cut off: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}", broken);
        }
        using (document)
        {
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? root.EnumerateArray().Select((item, index) => ReadDiagnosis(new JsonPlace(item, $"[{index}]"))).ToArray()
                : [ReadDiagnosis(new JsonPlace(root, ""))];
        }
    }

    /// <summary>The error for what cannot be read; who knows where the text comes from says it instead.</summary>
    public static ConsulException Unreadable(string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Report.Unreadable", ("problem", problem), ("file", "The text")), inner);

    private static ConsulDiagnosis ReadDiagnosis(JsonPlace place)
    {
        RequireKind(place);
        var findings = place["findings"].List(ReadFinding);
        var root = place["rootCause"].Optional(ReadFinding);
        return new ConsulDiagnosis
        {
            Target = place["target"].Text(),
            Key = place["key"].OptionalText(),
            Verdict = place["verdict"].Word<DiagnosisVerdict>(),
            RootCause = root is null ? null : findings.FirstOrDefault(finding => finding.Code == root.Code) ?? root,
            Findings = findings,
            Probes = place["probes"].List(probe => ReadProbe(probe, findings)),
            Facts = EvidenceJson.Read(place["facts"].Object()),
            StartedAt = place["startedAt"].Moment(),
            Duration = place["durationMs"].Duration(),
            Configuration = place["configuration"].List(ReadSetting),
        };
    }

    private static void RequireKind(JsonPlace place)
    {
        if (place.Find("document")?.OptionalText() is not { } kind)
            throw Unreadable($"{place.Name} does not begin with \"document\": \"{DiagnosisDocument.Kind}\"; it is JSON of something else");
        if (kind != DiagnosisDocument.Kind) throw Unreadable($"{place.Name} is a document of the kind '{Printable.Text(kind, 40)}', not '{DiagnosisDocument.Kind}'");
        var version = place["version"].Number();
        if (version > DiagnosisDocument.CurrentVersion)
            throw Unreadable($"{place.Name} has version {version}, which a newer ConsulKvTools wrote; this one reads up to version {DiagnosisDocument.CurrentVersion}");
        if (version < 1) throw Unreadable($"{place.Name} has version {version}; versions begin with 1");
    }

    private static ConsulFinding ReadFinding(JsonPlace place) => new()
    {
        Code = place["code"].Text(),
        Severity = place["severity"].Word<FindingSeverity>(),
        Layer = place["layer"].Word<ConsulLayer>(),
        Title = place["title"].Text(),
        Evidence = EvidenceJson.Read(place["evidence"].Object()),
        Cause = place["cause"].Text(),
        Remedy = place["remedy"].Text(),
        Command = place["command"].OptionalText(),
        HelpUri = place["helpUri"].Text(),
        BlockedBy = place["blockedBy"].OptionalText(),
        // Came with the first report; a document without it has none.
        SuppressedBy = place.Find("suppressedBy")?.OptionalText(),
        Probe = place["probe"].OptionalText(),
    };

    private static ProbeResult ReadProbe(JsonPlace place, IReadOnlyList<ConsulFinding> findings) => new()
    {
        Probe = place["probe"].Text(),
        Layer = place["layer"].Word<ConsulLayer>(),
        Status = place["status"].Word<ProbeStatus>(),
        Summary = place["summary"].Text(),
        // Codes whose finding the writer left out of its list say nothing any more.
        Findings = place["findings"].List(code => code.Text()).Select(code => findings.FirstOrDefault(finding => finding.Code == code)).OfType<ConsulFinding>().ToArray(),
        Facts = EvidenceJson.Read(place["facts"].Object()),
        StartedAfter = place["startedAfterMs"].Duration(),
        Duration = place["durationMs"].Duration(),
    };

    private static ConsulSetting ReadSetting(JsonPlace place) =>
        new(place["name"].Text(), place["value"].OptionalText(), place["source"].Text(), place["shadowed"].List(source => source.Text()));
}
