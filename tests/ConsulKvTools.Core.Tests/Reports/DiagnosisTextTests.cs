namespace ConsulKvTools.Tests.Reports;

/// <summary>The console tree fits its console.</summary>
public sealed class DiagnosisTextTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void Every_line_fits_but_a_command(int width)
    {
        foreach (var diagnosis in Samples.All.Values.SelectMany(several => several))
        {
            var lines = DiagnosisText.Lines(diagnosis, new DiagnosisTextStyle { Width = width }).ToArray();
            var command = diagnosis.RootCause?.Command;
            Assert.All(lines, line => Assert.True(line.Length <= width || (command is not null && command.Contains(line.Trim().Replace("Run       ", "", StringComparison.Ordinal), StringComparison.Ordinal)), $"{line.Length}: {line}"));
            Assert.All(diagnosis.Probes, probe => Assert.Contains(lines, line => line.StartsWith($"  {DiagnosisText.Mark(probe.Status, true)} {probe.Probe[..3]}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Colour_is_on_status_words_only()
    {
        var painted = new List<string>();
        var text = string.Join("\n", DiagnosisText.Lines(Samples.Faulty, new DiagnosisTextStyle { Paint = (tone, word) => { painted.Add(word); return $"<{tone}>{word}</>"; } }));

        Assert.Equal(["!", "✓", "✗", "–", "–", "?", "–", "–", "FAULTY", "✗", "–"], painted);
        Assert.Contains("<Dim>–</> Config.TokenInClear: ", text, StringComparison.Ordinal);
        Assert.Contains("Warning, suppressed by Config.TokenInClear=*consul.example*.", text.Replace("\n    ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("not reached: Tcp failed (Tcp.Refused)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_Unicode_every_mark_is_ASCII()
    {
        var text = string.Join("\n", DiagnosisText.Lines(Samples.Faulty, new DiagnosisTextStyle { Unicode = false }));
        Assert.DoesNotContain(text, letter => letter > '~');
    }
}
