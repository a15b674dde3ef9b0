namespace ConsulKvTools.Tests.Reports;

/// <summary>A report is there whole or not at all.</summary>
public sealed class ReportFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-files-");

    [Theory]
    [InlineData("a.html", DiagnosisReportFormat.Html)]
    [InlineData("a.HTM", DiagnosisReportFormat.Html)]
    [InlineData("a.b.md", DiagnosisReportFormat.Markdown)]
    [InlineData("a.markdown", DiagnosisReportFormat.Markdown)]
    [InlineData("a.json", DiagnosisReportFormat.Json)]
    [InlineData("a.xml", DiagnosisReportFormat.JUnit)]
    [InlineData("a.txt", null)]
    [InlineData("html", null)]
    public void The_name_says_the_form(string file, DiagnosisReportFormat? expected) => Assert.Equal(expected, DiagnosisReport.FormatOf(file));

    [Fact]
    public void A_name_that_says_no_form_is_refused_unless_the_form_is_given()
    {
        Assert.Equal("Request.Invalid", Assert.ThrowsAny<ConsulException>(() => Save("a.txt")).Finding.Code);
        Assert.StartsWith("## ", File.ReadAllText(DiagnosisReport.Save([Samples.Healthy], Place("a.txt"), DiagnosisReportFormat.Markdown).FullName), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_there_is_replaced_unless_that_is_forbidden()
    {
        File.WriteAllText(Place("a.md"), "old");
        Refused(() => DiagnosisReport.Save([Samples.Healthy], Place("a.md"), noClobber: true), "already there");
        Assert.Equal("old", File.ReadAllText(Place("a.md")));
        Save("a.md");
        Assert.StartsWith("## ", File.ReadAllText(Place("a.md")), StringComparison.Ordinal);
        Assert.Single(folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void A_write_protected_file_is_replaced_only_by_force()
    {
        File.WriteAllText(Place("a.md"), "old");
        File.SetAttributes(Place("a.md"), FileAttributes.ReadOnly);
        Refused(() => Save("a.md"), "write-protected");
        DiagnosisReport.Save([Samples.Healthy], Place("a.md"), force: true);
        Assert.StartsWith("## ", File.ReadAllText(Place("a.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_missing_or_stands_in_the_place_is_named()
    {
        Refused(() => Save("nowhere/a.md"), "its folder does not exist");
        folder.CreateSubdirectory("b.md");
        Refused(() => Save("b.md"), "it is a folder");
        Assert.Single(folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced_with_its_rights()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Links and modes of Unix.");
            return;
        }
        File.WriteAllText(Place("real.md"), "old");
        File.SetUnixFileMode(Place("real.md"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(Place("link.md"), "real.md");
        Save("link.md");

        Assert.NotNull(new FileInfo(Place("link.md")).LinkTarget);
        Assert.StartsWith("## ", File.ReadAllText(Place("real.md")), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place("real.md")));
    }

    [Fact]
    public void A_device_is_written_to_not_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Devices of Unix.");
        DiagnosisReport.Save([Samples.Healthy], "/dev/null", DiagnosisReportFormat.Json);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    public void Dispose()
    {
        foreach (var file in folder.EnumerateFiles()) file.Attributes = FileAttributes.Normal;
        folder.Delete(recursive: true);
    }

    private string Place(string name) => Path.Combine(folder.FullName, name);

    private void Save(string name) => DiagnosisReport.Save([Samples.Healthy], Place(name));

    private static void Refused(Action save, string why)
    {
        var refused = Assert.ThrowsAny<ConsulException>(save);
        Assert.Equal("Report.NotWritten", refused.Finding.Code);
        Assert.Contains(why, refused.Finding.Title, StringComparison.Ordinal);
    }
}
