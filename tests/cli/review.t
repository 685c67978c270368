# What people marked goes on a list once, from there into training alone, and out again.
$ mote init p > /dev/null && cd p && sed -i 's/^keywords:.*/keywords: [yes, no]/' mote.yaml && mkdir marked
$ python3 -c "
> import random, struct, wave
> r = random.Random(1); w = wave.open('marked/a.wav', 'wb'); w.setnchannels(1); w.setsampwidth(2); w.setframerate(16000)
> w.writeframes(struct.pack('<64000h', *[int(r.uniform(-1, 1) * 8000) for i in range(64000)]))"
$ printf 'file,start,end,what,label\na.wav,0.5,1.5,miss,yes\na.wav,1,2.25,false,no\na.wav,2,,miss,\n' > marked/review.csv
$ mote data review
nothing waits: 'mote listen --record DIR' keeps what you mark, and 'mote data review add DIR' puts it here
$ mote data review add marked
3 marks added, 0 known: 'mote data review' shows them, 'mote data review take' takes them into training
$ mote data review add marked/review.csv --json
{
  "added": 0,
  "known": 3
}
$ mote data review | cut -c1-48
number  marked  label  from             by  {{.*}}
     1  miss    yes    a.wav at 0.50 s  {{.*}}
     2  false   no     a.wav at 1.00 s  {{.*}}
     3  miss    -      a.wav at 2.00 s  {{.*}}
$ mote data review take --who ann
into training: 1 miss, 1 false wake; 0 known
left on the list, as nobody said which word it was: 1; 'mote data review take NUMBER --label WORD'
'mote run' learns from them and compares before and after on the same test; 'mote data undo' takes them out again
$ mote data review take 3 --label maybe
mote data review: 'maybe' is none of the words of mote.yaml
[exit 3]
$ mote data review drop 3
marks dropped, and what they kept: 1
$ mote data list | awk '{ print $2, $3, $4 }'
label group split
yes review:ann -
_unknown_ review:ann -
$ mote data undo -q && mote data review --all --json | grep -c '"taken": false'
import 1 of {{.*}} (the review list, by ann) is undone: 2 samples taken out, 0 put back
2

# Mistakes.
$ mote data review tkae
mote data review: 'tkae' is no list, add, take or drop; did you mean 'take'?
[exit 2]
$ mote data review add
mote data review: what is added? name a folder of marks or a CSV file
[exit 2]
$ mote data review take x
mote data review: 'x' is no number of the review list
[exit 2]
$ mote data review take 99
mote data review: number 99 is not on the review list
[exit 7]
$ printf 'file,what\na.wav,late\n' > marked/review.csv; mote data review add marked
mote data review: 'marked/review.csv': line 2, column 'what': 'late' is not 'miss' or 'false'
[exit 4]
