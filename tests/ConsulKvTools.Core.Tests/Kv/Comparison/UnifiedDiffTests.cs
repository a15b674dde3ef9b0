using System.Diagnostics;
using System.Text;
using ConsulKvTools.Kv.Comparison;

namespace ConsulKvTools.Tests.Kv.Comparison;

/// <summary>The judges are git and diff, not ourselves.</summary>
public sealed class UnifiedDiffTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-diff-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_git_makes_of_the_old_text_is_the_new_one_and_diff_needs_no_fewer_lines(int seed)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/diff") && File.Exists("/usr/bin/git"), "there is no diff or no git");
        var random = new Random(seed);
        var old = Draw(random, random.Next(0, 40));
        var now = Change(random, old);
        var (before, after) = (Join(old, random), Join(now, random));
        var hunks = UnifiedDiff.Between(before, after);
        var (left, right) = (Write("left", before), Write("right", after));

        // "---" and "+++" are the two lines that name the files.
        var judged = Run("diff", "-u", "-d", left, right).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).ToArray();
        Assert.Equal(judged.Count(line => line[0] is '+'), hunks.Count(line => line[0] is '+'));
        Assert.Equal(judged.Count(line => line[0] is '-'), hunks.Count(line => line[0] is '-'));
        Assert.Equal(judged.Count(line => line[0] is '\\'), hunks.Count(line => line[0] is '\\'));
        Assert.Equal(judged.Count(line => line[0] is '@'), hunks.Count(line => line[0] is '@'));
        if (hunks.Count == 0)
        {
            Assert.Equal(before, after);
            return;
        }
        var file = Write("patch", "--- left\n+++ left\n" + string.Join("\n", hunks) + "\n");
        // git's own reader of patches, outside of any repository.
        Run("git", "apply", "--unsafe-paths", "-p0", "--directory=" + folder, file);
        Assert.Equal(after, File.ReadAllText(left));
    }

    [Fact]
    public void One_line_is_told_as_diff_tells_it()
    {
        Assert.Equal(["@@ -1 +1 @@", "-one", "\\ No newline at end of file", "+two", "\\ No newline at end of file"], UnifiedDiff.Between("one", "two"));
        Assert.Equal(["@@ -0,0 +1 @@", "+two"], UnifiedDiff.Between("", "two\n"));
        Assert.Empty(UnifiedDiff.Between("same\n", "same\n"));
    }

    private static List<string> Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => "line " + random.Next(12))];

    private static List<string> Change(Random random, List<string> old)
    {
        var now = new List<string>(old);
        for (var change = random.Next(0, 6); change >= 0; change--)
        {
            if (now.Count > 0 && random.Next(2) == 0) now.RemoveAt(random.Next(now.Count));
            else now.Insert(random.Next(now.Count + 1), "new " + random.Next(12));
        }
        return now;
    }

    private static string Join(List<string> lines, Random random) => string.Join("\n", lines) + (lines.Count > 0 && random.Next(3) > 0 ? "\n" : "");

    private string Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text, new UTF8Encoding(false));
        return file;
    }

    private string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(program != "git" || process.ExitCode == 0, errors.Result);
        return output;
    }
}
