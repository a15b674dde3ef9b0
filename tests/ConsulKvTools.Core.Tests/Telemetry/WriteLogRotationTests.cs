using System.Text;
using ConsulKvTools.Lab;
using ConsulKvTools.Telemetry.Log;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>A rotation loses no line and doubles none, wherever it fails or breaks off.</summary>
public sealed class WriteLogRotationTests : IDisposable
{
    private const int Files = 5;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-rotation-");

    private string Log => Path.Combine(folder.FullName, "x.log");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_file_that_cannot_be_put_aside_costs_no_older_one()
    {
        Put("x.1.log", "b\n");
        Put("x.2.log", "a\n");
        // Nothing can be moved there, and it stays so.
        Directory.CreateDirectory(Path.Combine(folder.FullName, "x.0.log", "in the way"));
        for (var round = 0; round < 6; round++) Append(Full((char)('c' + round)));

        Assert.Equal("abcdefgh", Letters("x.2.log", "x.1.log", "x.log"));
    }

    [Fact]
    public void Older_files_that_cannot_move_up_cost_none_either()
    {
        Put("x.2.log", "b\n");
        Put("x.3.log", "a\n");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "x.1.log", "in the way"));
        for (var round = 0; round < 6; round++) Append(Full((char)('c' + round)));

        Assert.Equal("abcdefgh", Letters("x.3.log", "x.2.log", "x.0.log", "x.log"));
    }

    [Fact]
    public void A_file_that_is_a_mount_of_its_own_is_not_copied_again_and_again()
    {
        Assert.SkipUnless(SmallDisk.WhyNot is null, SmallDisk.WhyNot ?? "");
        foreach (var (number, letter) in new[] { (1, 'd'), (2, 'c'), (3, 'b'), (4, 'a') }) Put($"x.{number}.log", letter + "\n");
        Put("x.log", "");
        Assert.Equal(0, Run("mount", "--bind", Log, Log));
        try
        {
            for (var round = 0; round < 6; round++) Append(Full((char)('e' + round)));
            Assert.Equal("abcdefghij", Letters("x.4.log", "x.3.log", "x.2.log", "x.1.log", "x.log"));
            Assert.False(File.Exists(Path.Combine(folder.FullName, "x.0.log")));
        }
        finally
        {
            Run("umount", "-l", Log);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("013")]
    [InlineData("0124")]
    [InlineData("234")]
    [InlineData("1234")]
    [InlineData("01234")]
    public void A_rotation_goes_on_where_another_broke_off_and_drops_only_the_oldest_of_too_many(string there)
    {
        // The older the file the earlier its letter.
        foreach (var number in there) Put($"x.{number}.log", (char)('z' - (number - '0')) + "\n");
        Append(Full('Y'));
        Append(Full('Z'));

        var kept = string.Concat(there.Reverse().Select(number => (char)('z' - (number - '0'))));
        var all = Letters([.. Enumerable.Range(0, Files).Reverse().Select(number => $"x.{number}.log").Where(name => File.Exists(Path.Combine(folder.FullName, name))), "x.log"]);
        // Four and the current one are kept: of what was there as many as there is room for beside the one that is put aside now.
        Assert.Equal(kept[Math.Max(0, kept.Length - (Files - 2))..] + "YZ", all);
        Assert.False(File.Exists(Path.Combine(folder.FullName, "x.0.log")));
    }

    private static int Run(string tool, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(tool, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Full(char letter) => letter + new string('.', 66_000);

    private void Append(string line)
    {
        using var text = new MemoryStream();
        text.Write(Encoding.UTF8.GetBytes(line + "\n"));
        new WriteLogFile(new WriteLogSettings(Log, WriteLogSettings.LeastMaximumSize, Files)).Append(text, [(int)text.Length]);
    }

    private void Put(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);

    private string Letters(params string[] names) => string.Concat(names.SelectMany(name => File.ReadAllLines(Path.Combine(folder.FullName, name))).Select(line => line[0]));
}
