# The same keys as KeySet.cs makes; the values need not be the same, only as long.
function Get-BenchmarkKey([string] $Prefix, [int] $Position) { '{0}{1:D4}/{2:D7}' -f $Prefix, [int][Math]::Floor($Position / 1000), $Position }

$script:benchmarkText = 'abcdefghijklmnopqrstuvwxyzABCDEF0123'

function Get-BenchmarkText([int] $Position) { ('{0:D10}' -f $Position) + $benchmarkText + $benchmarkText + $benchmarkText.Substring(0, 18) }
